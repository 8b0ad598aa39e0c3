/**
 * The median with an interval from order statistics, and the Theil-Sen slope: for times, whose outliers are kept and must not decide.
 *
 * The interval holds for any continuous distribution: the true median lies below the j-th smallest of n values with the chance that at
 * most j - 1 of n coin throws show heads. Nothing is taken from a normal distribution.
 * Source: W. J. Conover, Practical Nonparametric Statistics, 3rd ed., sections 3.2 and 5.5; H. Theil (1950), P. K. Sen (1968).
 * @module
 */
import { logBinomialLowerTail } from './binomial.ts';
import { log } from './exponential.ts';
import type { Interval } from './proportion.ts';
import { ascending, quantileOfSorted } from './quantile.ts';

/**
 * @param confidence - at least this; with few values the next that can be had
 * @returns the median, and null for the interval when no two of the values hold it with that confidence (n < 6 at 0.95)
 */
export function medianInterval(
  values: ArrayLike<number>,
  confidence: number,
): { readonly median: number; readonly interval: Interval | null } {
  const sorted = ascending(values);
  const median = quantileOfSorted(sorted, 0.5);
  const outsideLog = log((1 - confidence) / 2);
  const trials = sorted.length;
  let leftOut = 0;
  while (2 * leftOut < trials && logBinomialLowerTail({ successes: leftOut, trials, rate: 0.5 }) <= outsideLog)
    leftOut++;
  return {
    median,
    interval: leftOut === 0 ? null : { low: sorted[leftOut - 1], high: sorted[trials - leftOut] },
  };
}

/**
 * The median of the slopes between all pairs of points.
 *
 * @returns null without two points at different x
 */
export function theilSenSlope(points: readonly { readonly x: number; readonly y: number }[]): number | null {
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).flatMap((b) => (a.x === b.x ? [] : [(b.y - a.y) / (b.x - a.x)])),
  );
  return slopes.length === 0 ? null : quantileOfSorted(ascending(slopes), 0.5);
}
