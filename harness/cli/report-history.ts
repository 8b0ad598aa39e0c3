/**
 * `evenkeel report --history`: what the numbers of the stored runs did over time. It describes and does not judge.
 * @module
 */
import { dirname, join } from 'node:path';
import {
  exportMetricIds,
  renderHistoryHtml,
  renderHistoryMarkdown,
  renderHistoryTerminal,
} from '../../reports/index.ts';
import { ConfigError, DataError } from '../ports/index.ts';
import { writeFileAtomic } from '../store/index.ts';
import type { AuditFlags } from './audit/audit-flags.ts';
import { runsDirectoryOf } from './find-run.ts';
import { historyOf } from './history.ts';
import { note, type CliIo } from './io.ts';
import type { ReporterName } from './render.ts';

export const HISTORY_LAST_DEFAULT = 50;

export interface HistoryFlags {
  readonly history?: boolean;
  readonly config?: string;
  readonly output?: readonly ReporterName[];
  readonly json?: boolean;
  readonly last?: number;
  readonly metric?: readonly string[];
}

const RENDERERS = {
  html: { fileName: 'history.html', render: renderHistoryHtml },
  markdown: { fileName: 'history.md', render: renderHistoryMarkdown },
  json: { fileName: 'history.json', render: (history: unknown) => `${JSON.stringify(history, null, 2)}\n` },
} as const;
type Format = keyof typeof RENDERERS;
const FORMATS = Object.keys(RENDERERS) as Format[];

/** @throws DataError RUN_NOT_FOUND when there is no run */
export async function tellHistory(flags: HistoryFlags, io: CliIo): Promise<void> {
  const { output } = flags;
  const formats = output === undefined ? (['html'] as const) : FORMATS.filter((format) => output.includes(format));
  const runsDirectory = await runsDirectoryOf(flags.config, io);
  const history = historyOf(runsDirectory, { last: flags.last ?? HISTORY_LAST_DEFAULT, metrics: flags.metric });
  if (history.runs.length === 0)
    throw new DataError({
      code: 'RUN_NOT_FOUND',
      at: runsDirectory,
      expected: 'at least one run',
      got: 'none',
      hint: 'Start one with `evenkeel run`.',
    });
  if (flags.json === true) io.stdout.write(RENDERERS.json.render(history));
  else io.stdout.write(renderHistoryTerminal(history));
  for (const format of formats) {
    const { fileName, render } = RENDERERS[format];
    const path = join(dirname(runsDirectory), fileName);
    writeFileAtomic(path, render(history));
    note(io, path);
  }
}

/** @throws ConfigError for flags that do not go together */
export function checkHistoryFlags(run: string | undefined, flags: HistoryFlags & AuditFlags): void {
  const { history, last, metric, output, audit } = flags;
  if (history !== true) {
    if (last !== undefined) throw wrong('--last', '--history with it', 'none');
    if (metric !== undefined) throw wrong('--metric', '--history with it', 'none');
    return;
  }
  if (run !== undefined) throw wrong('--history', 'no run beside it', JSON.stringify(run));
  if (audit !== undefined) throw wrong('--audit', 'one run, without --history', '--history');
  const other = output?.find((name) => !FORMATS.some((format) => format === name));
  if (other !== undefined) throw wrong('--output', `one of ${FORMATS.join(', ')} with --history`, other);
  const unknown = metric?.find((id) => !exportMetricIds.includes(id));
  if (unknown !== undefined) throw wrong('--metric', `one of ${exportMetricIds.join(', ')}`, JSON.stringify(unknown));
}

function wrong(at: string, expected: string, got: string): ConfigError {
  return new ConfigError({
    code: 'HISTORY_FLAGS',
    at,
    expected,
    got,
    hint: 'A history is made of all stored runs; see `evenkeel report --help`.',
  });
}
