/**
 * Intervals of a proportion that are shorter than the exact one and cover the stated confidence on average only.
 *
 * Wilson is the one to display; where a gate decides on 0 or n events, proportion.ts (Clopper-Pearson) is.
 *
 *   Wilson         (k + z²/2)/(n + z²) ± z/(n + z²) sqrt(k (n - k)/n + z²/4)
 *   Agresti-Coull  p' ± z sqrt(p' (1 - p')/n'),  n' = n + z², p' = (k + z²/2)/n', cut to 0 .. 1
 *   Jeffreys       quantiles of Beta(k + 1/2, n - k + 1/2)
 *
 * Source: leakage-and-statistics.md 6.2; Brown, Cai and DasGupta (2001); golden: proportion_ci.json.
 * @module
 */
import { incompleteBetaInverse } from './incomplete-beta.ts';
import { normalQuantile } from './normal.ts';
import { assertCounts, type Counts, type Interval } from './proportion.ts';

export function wilson(counts: Counts): Interval {
  assertCounts(counts);
  const { successes: k, trials: n, confidence } = counts;
  const z = normalQuantile((1 + confidence) / 2);
  const centre = (k + (z * z) / 2) / (n + z * z);
  const half = (z / (n + z * z)) * Math.sqrt((k * (n - k)) / n + (z * z) / 4);
  // At the ends the two terms are equal; rounding must not leave 1e-17.
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}

export function agrestiCoull(counts: Counts): Interval {
  assertCounts(counts);
  const { successes: k, trials: n, confidence } = counts;
  const z = normalQuantile((1 + confidence) / 2);
  const trials = n + z * z;
  const centre = (k + (z * z) / 2) / trials;
  const half = z * Math.sqrt((centre * (1 - centre)) / trials);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export function jeffreys(counts: Counts): Interval {
  assertCounts(counts);
  const { successes, trials, confidence } = counts;
  const [a, b] = [successes + 0.5, trials - successes + 0.5];
  return {
    low: incompleteBetaInverse({ a, b, p: (1 - confidence) / 2 }),
    high: incompleteBetaInverse({ a, b, p: (1 + confidence) / 2 }),
  };
}
