/**
 * The one place where a run meets the report formats: one view model, rendered to files, to a terminal, to JSON.
 * @module
 */
import type { RunFolder } from '../store/index.ts';
import type { Analysis } from './analyse.ts';

export type ReporterName = 'html' | 'json';

export function writeReports(run: RunFolder, analysis: Analysis, reporters: readonly ReporterName[]): string[] {
  void run;
  void analysis;
  void reporters;
  return [];
}
export function terminalText(
  _run: RunFolder,
  analysis: Analysis,
  _options: { readonly colour: boolean; readonly columns: number },
): string {
  return `${JSON.stringify(analysis.verdict, null, 2)}\n`;
}
export function jsonText(_run: RunFolder, analysis: Analysis): string {
  return `${JSON.stringify(analysis.verdict, null, 2)}\n`;
}
export function reportersOf(_run: RunFolder): ReporterName[] {
  return ['html', 'json'];
}
