/**
 * The one place where a run meets the report formats: one view model, rendered to files, to a terminal, to JSON.
 * @module
 */
import { appendFileSync } from 'node:fs';
import {
  buildView,
  githubAnnotations,
  isSidecarName,
  packUnits,
  renderCyclonedx,
  renderGitlab,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderModelCard,
  renderModelIndex,
  renderSarif,
  renderTerminal,
  type UnitsInput,
  type View,
} from '../../reports/index.ts';
import { REPORT_MAX_BYTES } from '../config/index.ts';
import { createRng } from '../ports/index.ts';
import { readDiagnosis, type LogIndex, type RunFolder } from '../store/index.ts';
import type { Analysis } from './analyse.ts';
import type { CliIo } from './io.ts';

const FILE_RENDERERS = {
  html: { fileName: 'report.html', render: (view: View) => renderHtml(view) },
  json: { fileName: 'report.json', render: renderJson },
  junit: { fileName: 'report.junit.xml', render: renderJunit },
  markdown: { fileName: 'report.md', render: renderMarkdown },
  sarif: { fileName: 'report.sarif.json', render: renderSarif },
  gitlab: { fileName: 'report.gitlab.json', render: renderGitlab },
  cyclonedx: { fileName: 'report.cdx.json', render: renderCyclonedx },
  'model-card': { fileName: 'report.model-card.json', render: renderModelCard },
  'model-index': { fileName: 'report.model-index.md', render: renderModelIndex },
} as const satisfies Record<string, { fileName: string; render: (view: View) => string }>;

type FileReporter = keyof typeof FILE_RENDERERS;
/** `github` writes no file of the run. */
export type ReporterName = FileReporter | 'github';

const FILE_NAMES = Object.keys(FILE_RENDERERS) as FileReporter[];
const NAMES: readonly ReporterName[] = [...FILE_NAMES, 'github'];
/** Where the width is not known, and the most that stays easy to read. */
const DEFAULT_COLUMNS = 80;
const MOST_COLUMNS = 120;

export interface ReportsWanted {
  readonly reporters: readonly ReporterName[];
  /** What the explorer of the HTML report shows; null = nothing of any unit. */
  readonly units: { readonly log: LogIndex; readonly reportMaxBytes: number } | null;
}

/** Writes the report files into the run folder; returns their names. */
export function writeReports(run: RunFolder, view: View, { reporters, units }: ReportsWanted): string[] {
  const wanted = reporters.filter((name): name is FileReporter => name !== 'github');
  return wanted.map((name) => {
    const { fileName, render } = FILE_RENDERERS[name];
    run.writeReport(fileName, name === 'html' && units !== null ? htmlWithUnits(run, view, units) : render(view));
    return fileName;
  });
}

function htmlWithUnits(
  run: RunFolder,
  view: View,
  { log, reportMaxBytes }: NonNullable<ReportsWanted['units']>,
): string {
  run.clearReportData(isSidecarName);
  const writeBeside = (fileName: string, text: string): void => run.writeReportData(fileName, text);
  return reportPage(run, view, { log, reportMaxBytes, writeBeside });
}

/** The HTML report with its units. What does not fit into the page is given to `writeBeside` on the way. */
export function reportPage(
  run: RunFolder,
  view: View,
  options: NonNullable<ReportsWanted['units']> & Pick<UnitsInput, 'writeBeside'>,
): string {
  const { log, reportMaxBytes, writeBeside } = options;
  const units = packUnits({
    plan: run.plan,
    read: log.read,
    loadLogits: (blob) => run.loadLogits(blob),
    rng: createRng(run.manifest.seed).fork('report/sample'),
    bytesMax: reportMaxBytes,
    bytesOfPage: Buffer.byteLength(renderHtml(view)),
    writeBeside,
  });
  return renderHtml(view, units);
}

/**
 * Annotations of the workflow on stderr, where the runner reads them too, and the verdict added to the job summary, where there is one.
 *
 * @param env - GITHUB_STEP_SUMMARY names the file of the summary
 */
export function tellGithub(view: View, { stderr, env }: Pick<CliIo, 'stderr' | 'env'>): void {
  for (const line of githubAnnotations(view)) stderr.write(`${line}\n`);
  const summary = env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') appendFileSync(summary, renderMarkdown(view));
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

/** That of the run's configuration; of a run that began before there was one, the default. */
export function reportMaxBytesOf(run: RunFolder): number {
  const { config } = run.manifest;
  const asked: unknown =
    typeof config === 'object' && config !== null && 'reportMaxBytes' in config ? config.reportMaxBytes : null;
  return typeof asked === 'number' ? asked : REPORT_MAX_BYTES;
}

export function viewOf(run: RunFolder, { findings, verdict, comparison, log }: Analysis): View {
  return buildView({
    manifest: run.manifest,
    plan: run.plan,
    findings,
    verdict,
    comparison,
    diagnosis: readDiagnosis(run),
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
