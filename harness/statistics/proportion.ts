/**
 * Exact (Clopper-Pearson) bounds of a proportion, and how many trials a bound needs.
 *
 * Exact means: coverage is never below the stated confidence. The trials are taken as independent.
 * Source: leakage-and-statistics.md 4.3 and 6.2; golden: proportion_ci.json.
 * @module
 */
import { exp, log, oneMinusExp } from './exponential.ts';
import { incompleteBetaInverse } from './incomplete-beta.ts';
import { normalQuantile } from './normal.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** k of n, and the confidence asked for. */
export interface Counts {
  readonly successes: number;
  readonly trials: number;
  /** 0 .. 1, for example 0.95. */
  readonly confidence: number;
}

/** Two-sided interval: each side leaves out (1 - confidence) / 2. */
export function clopperPearson(counts: Counts): Interval {
  const oneSided = { ...counts, confidence: 1 - (1 - counts.confidence) / 2 };
  return { low: clopperPearsonLow(oneSided), high: clopperPearsonHigh(oneSided) };
}

/** One-sided lower bound: the smallest proportion that makes `successes` or more not too unlikely. */
export function clopperPearsonLow(counts: Counts): number {
  assertCounts(counts);
  const { successes, trials, confidence } = counts;
  if (successes === 0) return 0;
  const p = 1 - confidence;
  // All of n: p^(1/n).
  if (successes === trials) return exp(log(p) / trials);
  return incompleteBetaInverse({ a: successes, b: trials - successes + 1, p });
}

/** One-sided upper bound; 0 of n gives 1 - (1 - confidence)^(1/n). */
export function clopperPearsonHigh(counts: Counts): number {
  assertCounts(counts);
  const { successes, trials, confidence } = counts;
  if (successes === trials) return 1;
  if (successes === 0) return oneMinusExp(log(1 - confidence) / trials);
  return incompleteBetaInverse({ a: successes + 1, b: trials - successes, p: confidence });
}

/**
 * The smallest n for which 0 failures of n bound the failure rate by `rate`: ceil(ln(1 - confidence) / ln(1 - rate)).
 *
 * @param rate - failure rate that may remain, 0 .. 1
 * @returns null when no number of trials can do it (rate 0)
 */
export function trialsForZeroFailures({ rate, confidence }: { rate: number; confidence: number }): number | null {
  if (!(rate > 0)) return null;
  if (rate >= 1) return 1;
  const boundOf = (trials: number): number => clopperPearsonHigh({ successes: 0, trials, confidence });
  let trials = Math.max(1, Math.ceil(log(1 - confidence) / log(1 - rate)));
  if (!Number.isSafeInteger(trials)) return null;
  // The quotient may be rounded across an integer: the answer has to agree with the bound that the gate computes.
  while (boundOf(trials) > rate) trials++;
  while (trials > 1 && boundOf(trials - 1) <= rate) trials--;
  return trials;
}

/**
 * The smallest n whose Wilson interval has at most this half-width, when the rate turns out as expected.
 *
 * @param rate - expected, 0 .. 1; 0.5 is the worst case
 */
export function trialsForHalfWidth({
  rate,
  halfWidth,
  confidence,
}: {
  rate: number;
  halfWidth: number;
  confidence: number;
}): number {
  if (!(rate >= 0 && rate <= 1) || !(halfWidth > 0 && halfWidth < 0.5)) {
    throw new RangeError(
      `trialsForHalfWidth: expected rate 0..1 and half-width inside 0..0.5, got ${rate}, ${halfWidth}`,
    );
  }
  const z = normalQuantile((1 + confidence) / 2);
  const square = z * z;
  // half-width z/(n + z²) sqrt(n p(1-p) + z²/4) = w, squared: a quadratic in n with one positive root (w < 1/2)
  const b = 2 * square - (square * rate * (1 - rate)) / (halfWidth * halfWidth);
  const c = square * square * (1 - 1 / (4 * halfWidth * halfWidth));
  return Math.max(1, Math.ceil((-b + Math.sqrt(b * b - 4 * c)) / 2));
}

export function assertCounts({ successes, trials, confidence }: Counts): void {
  const whole = Number.isInteger(successes) && Number.isInteger(trials);
  if (!whole || trials < 1 || successes < 0 || successes > trials || !(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `proportion: expected 0 <= successes <= trials, trials >= 1 and 0 < confidence < 1, got ${successes} of ${trials} at ${confidence}`,
    );
  }
}
