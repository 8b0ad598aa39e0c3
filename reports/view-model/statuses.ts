/**
 * Outcomes as a reader sees them: a glyph and a word for each, and which of several is the worst.
 * @module
 */
import type { Check, CheckOutcome } from '../../harness/schema/index.ts';
import type { Outcome, Status } from '../view.ts';

/** `measured` = there is a number and no bound that it is held against. */
const STATUSES: Readonly<Record<Outcome, Status>> = {
  pass: { outcome: 'pass', glyph: '✓', word: 'PASS' },
  fail: { outcome: 'fail', glyph: '✗', word: 'FAIL' },
  inconclusive: { outcome: 'inconclusive', glyph: '?', word: 'INCONCLUSIVE' },
  incomplete: { outcome: 'incomplete', glyph: '…', word: 'INCOMPLETE' },
  measured: { outcome: 'measured', glyph: '○', word: 'MEASURED' },
  'not-run': { outcome: 'not-run', glyph: '–', word: 'NOT RUN' },
};

const WORST_FIRST: readonly Outcome[] = ['fail', 'incomplete', 'inconclusive', 'pass', 'measured', 'not-run'];

export const statusOf = (outcome: Outcome): Status => STATUSES[outcome];

/** The worst of several; `not-run` of none. */
export function worstOf(outcomes: readonly Outcome[]): Status {
  return statusOf(WORST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'not-run');
}

/** The outcome of a row from its checks; a row without a check is measured and not judged. */
export function judgedBy(checks: readonly Check[]): Status {
  return checks.length === 0 ? statusOf('measured') : worstOf(checks.map(({ outcome }): CheckOutcome => outcome));
}
