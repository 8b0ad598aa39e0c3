/**
 * The one place where a run meets the report formats: one view model, rendered to files, to a terminal, to JSON.
 * @module
 */
import {
  buildView,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderTerminal,
  type View,
} from '../../reports/index.ts';
import type { RunFolder } from '../store/index.ts';
import type { Analysis } from './analyse.ts';

const FILE_RENDERERS = {
  html: { fileName: 'report.html', render: renderHtml },
  json: { fileName: 'report.json', render: renderJson },
  junit: { fileName: 'report.junit.xml', render: renderJunit },
  markdown: { fileName: 'report.md', render: renderMarkdown },
} as const satisfies Record<string, { fileName: string; render: (view: View) => string }>;

export type ReporterName = keyof typeof FILE_RENDERERS;

const NAMES = Object.keys(FILE_RENDERERS) as ReporterName[];
/** Where the width is not known, and the most that stays easy to read. */
const DEFAULT_COLUMNS = 80;
const MOST_COLUMNS = 120;

/** Writes the report files into the run folder; returns their names. */
export function writeReports(run: RunFolder, view: View, reporters: readonly ReporterName[]): string[] {
  return reporters.map((name) => {
    const { fileName, render } = FILE_RENDERERS[name];
    run.writeReport(fileName, render(view));
    return fileName;
  });
}

export function terminalText(
  view: View,
  options: { readonly colour: boolean; readonly columns?: number | undefined },
): string {
  const width = Math.min(options.columns ?? DEFAULT_COLUMNS, MOST_COLUMNS);
  return renderTerminal(view, { color: options.colour, width });
}

/** `report.json`. */
export const reportJson = renderJson;

/** For machines: numbers, not display texts. `report.json` is the view. */
export function jsonText(run: RunFolder, { verdict, findings }: Analysis): string {
  return `${JSON.stringify({ runId: run.id, directory: run.directory, verdict, findings }, null, 2)}\n`;
}

/** The reporters that the run's configuration asked for; the two of the default where it does not say. */
export function reportersOf(run: RunFolder): ReporterName[] {
  const { config } = run.manifest;
  const asked: unknown =
    typeof config === 'object' && config !== null && 'reporters' in config ? config.reporters : null;
  return Array.isArray(asked) ? NAMES.filter((name) => asked.includes(name)) : ['html', 'json'];
}

export function viewOf(run: RunFolder, { findings, verdict, log }: Analysis): View {
  return buildView({
    manifest: run.manifest,
    plan: run.plan,
    findings,
    verdict,
    units: log.units.map(({ unitId, status, lane, attempts, cachedFrom, durationMs }) => ({
      unitId,
      status,
      lane,
      attempts,
      cachedFrom,
      durationMs,
    })),
  });
}
