/**
 * What code scanners and code reviews show: the checks that did not pass, each at the file that asks for it.
 * @module
 */
import type { CheckRow, View } from './view.ts';

export interface OpenCheck extends CheckRow {
  /** Stands for the same check in every run. */
  readonly fingerprint: string;
}

export function openChecks({ checks }: View): OpenCheck[] {
  return checks
    .filter(({ status }) => status.outcome !== 'pass' && status.outcome !== 'measured')
    .map((check) => ({ ...check, fingerprint: `evenkeel/${check.report}/${check.place}/${check.rule}` }));
}

/** A check that failed or could not run is an error, one that could not decide a warning. */
export const isError = ({ status }: CheckRow): boolean => status.outcome === 'fail' || status.outcome === 'incomplete';

/** The config as the command that makes the run again names it; the usual name where it names none. */
export function configFile({ banner }: View): string {
  const named = /(?:^|\s)(?:-c|--config)[ =]("[^"]+"|'[^']+'|\S+)/.exec(banner.reproduce)?.[1];
  return named === undefined ? 'evenkeel.config.ts' : named.replace(/^["']|["']$/g, '');
}
