/**
 * Tails of a binomial count, and the exact test of a rate.
 *
 * P(X >= k) = I_p(k, n - k + 1); P(X <= k) = 1 - I_p(k + 1, n - k). Tails come as logarithms, so that a small one keeps its digits.
 * Two-sided, as in R and scipy: the sum of all counts that are at most as likely as the one observed.
 * Source: Abramowitz and Stegun 26.5.24; golden: classical_tests.json.
 * @module
 */
import { exp } from './exponential.ts';
import { incompleteBetaLogTails } from './incomplete-beta.ts';
import { logBinomialTerm } from './log-binomial.ts';

/** Counts whose probabilities differ by less than this are equally likely: rounding must not decide. */
const TIE = 1e-7;

interface BinomialCount {
  readonly successes: number;
  readonly trials: number;
  /** Probability of success under H0, 0 .. 1. */
  readonly rate: number;
}

export interface TestPValues {
  /** H1: larger than under H0. */
  readonly pGreater: number;
  /** H1: smaller than under H0. */
  readonly pLess: number;
  readonly pTwoSided: number;
}

/** ln P(X >= successes). */
export function logBinomialUpperTail({ successes, trials, rate }: BinomialCount): number {
  if (successes <= 0) return 0;
  if (successes > trials) return Number.NEGATIVE_INFINITY;
  return incompleteBetaLogTails({ a: successes, b: trials - successes + 1, x: rate }).logLower;
}

/** ln P(X <= successes). */
export function logBinomialLowerTail({ successes, trials, rate }: BinomialCount): number {
  if (successes < 0) return Number.NEGATIVE_INFINITY;
  if (successes >= trials) return 0;
  return incompleteBetaLogTails({ a: successes + 1, b: trials - successes, x: rate }).logUpper;
}

/** @throws RangeError when successes is not a whole number in 0 .. trials or the rate is outside 0 .. 1 */
export function binomialTest(count: BinomialCount): TestPValues {
  const { successes, trials, rate } = count;
  if (!Number.isInteger(successes) || !Number.isInteger(trials) || successes < 0 || successes > trials) {
    throw new RangeError(`binomialTest: expected 0 <= successes <= trials, got ${successes} of ${trials}`);
  }
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`binomialTest: expected a rate in 0..1, got ${rate}`);
  return {
    pGreater: exp(logBinomialUpperTail(count)),
    pLess: exp(logBinomialLowerTail(count)),
    pTwoSided: twoSided(count),
  };
}

/** The observed tail, and on the other side all counts that are not more likely than the observed one. */
function twoSided({ successes, trials, rate }: BinomialCount): number {
  if (rate === 0 || rate === 1) return successes === rate * trials ? 1 : 0;
  const massOf = (k: number): number => logBinomialTerm({ k, n: trials, p: rate, q: 1 - rate });
  const limit = massOf(successes) + TIE;
  const mode = Math.min(trials, Math.floor((trials + 1) * rate));
  if (massOf(mode) <= limit) return 1;
  if (successes < mode) {
    // First count above the mode that is unlikely enough: the masses fall from the mode on.
    const other = firstWhere(mode, trials + 1, (k) => massOf(k) <= limit);
    return sumOfTails({ low: successes, high: other, trials, rate });
  }
  const other = firstWhere(0, mode + 1, (k) => massOf(k) > limit) - 1;
  return sumOfTails({ low: other, high: successes, trials, rate });
}

function sumOfTails({ low, high, trials, rate }: { low: number; high: number; trials: number; rate: number }): number {
  const below = exp(logBinomialLowerTail({ successes: low, trials, rate }));
  return Math.min(1, below + exp(logBinomialUpperTail({ successes: high, trials, rate })));
}

/** The first k in from .. to - 1 for which a monotone condition holds, else `to`. */
function firstWhere(from: number, to: number, holds: (k: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
