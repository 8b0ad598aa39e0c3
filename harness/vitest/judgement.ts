/**
 * What the gate says, as vitest wants it: nothing for a pass, an error with the check's own words for everything else.
 * @module
 */
import type { Check } from '../schema/index.ts';

/** A check that did not pass. Its message is the gate's: rule, what was observed, and why. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly checks: readonly Check[];

  constructor(checks: readonly Check[]) {
    super(checks.map(checkText).join('\n'));
    this.checks = checks;
  }
}

export function checkText({ report, axis, level, rule, observed, outcome, reason }: Check): string {
  return `${outcome}: ${report}, ${axis}, ${level}: ${rule}\n  observed: ${observed}\n  ${reason}`;
}

/** What counts: a waived failure stays a failure in the report, and fails no test. */
export function failed(checks: readonly Check[]): Check[] {
  return checks.filter(
    ({ outcome, waivedBy }) => waivedBy === null && (outcome === 'fail' || outcome === 'incomplete'),
  );
}

export function undecided(checks: readonly Check[]): Check[] {
  return checks.filter(({ outcome, waivedBy }) => waivedBy === null && outcome === 'inconclusive');
}
