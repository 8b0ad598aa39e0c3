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

export interface EqualityCount {
  /** True = equal; null = cannot be compared, left out of n. */
  add(outcome: boolean | null): void;
  result(): Equality;
}

export function countEqual(): EqualityCount {
  let equal = 0;
  let n = 0;
  return {
    add: (outcome) => {
      if (outcome === null) return;
      n++;
      if (outcome) equal++;
    },
    result: () => {
      if (n === 0) return { equal, n, failureRateHigh: null, failureRateLow: null };
      const failures = { successes: n - equal, trials: n, confidence: CONFIDENCE };
      return { equal, n, failureRateHigh: clopperPearsonHigh(failures), failureRateLow: clopperPearsonLow(failures) };
    },
  };
}

/**
 * Equality of bits, or why there is none in the whole row.
 *
 * @param first - the first comparison of the row; null = there was none
 */
export function bitsEquality(bits: Equality, first: Comparison | null): DeterminismRow['bits'] {
  if (bits.n > 0) return bits;
  if (first === null) return { kind: 'not-measured', why: 'no request of this level was observed' };
  const { generated } = first.pair.level;
  const kind = generated.kind === 'not-measured' ? 'not-measured' : 'unsupported';
  return { kind, why: whyNoBits(first.pair) };
}
