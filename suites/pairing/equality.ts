/**
 * k of n equal, with exact one-sided 95 % bounds of the failure rate.
 *
 * The requests are counted as independent trials. Requests of one batch are not quite that: the bound is a statement about
 * requests drawn like these, not about other prompts.
 * @module
 */
import type { DeterminismRow, Equality } from '../../harness/schema/index.ts';
import { clopperPearsonHigh, clopperPearsonLow } from '../../harness/statistics/index.ts';
import { whyNoBits, type Comparison } from './comparison.ts';

export const CONFIDENCE = 0.95;

/** @param outcomes - true = equal; null = cannot be compared, left out of n */
export function equalityOf(outcomes: readonly (boolean | null)[]): Equality {
  const known = outcomes.filter((outcome) => outcome !== null);
  const n = known.length;
  const equal = known.filter(Boolean).length;
  if (n === 0) return { equal, n, failureRateHigh: null, failureRateLow: null };
  const failures = { successes: n - equal, trials: n, confidence: CONFIDENCE };
  return { equal, n, failureRateHigh: clopperPearsonHigh(failures), failureRateLow: clopperPearsonLow(failures) };
}

/** Equality of bits, or why there is none in the whole row. */
export function bitsEquality(comparisons: readonly Comparison[]): DeterminismRow['bits'] {
  const bits = equalityOf(comparisons.map(({ bitsEqual }) => bitsEqual));
  if (bits.n > 0) return bits;
  const [first] = comparisons;
  if (first === undefined) return { kind: 'not-measured', why: 'no request of this level was observed' };
  const { generated } = first.pair.level;
  const kind = generated.kind === 'not-measured' ? 'not-measured' : 'unsupported';
  return { kind, why: whyNoBits(first.pair) };
}
