/**
 * AUC = P(x < y) + P(x = y)/2 of two samples, and the Mann-Whitney test.
 *
 *   U = sum of the ranks of x - n (n + 1)/2 = n m (1 - AUC);  z = (U - nm/2 ± 1/2) / sqrt(nm/12 (N + 1 - sum(t³ - t)/(N (N - 1))))
 *
 * The normal approximation with continuity and tie correction; p also as a logarithm.
 * Source: leakage-and-statistics.md 4.5, 8.2; golden: cache_timing_audit.json, distances_1d.json, roc_auc.json.
 * @module
 */
import { exp } from './exponential.ts';
import type { Alternative } from './kolmogorov-smirnov.ts';
import { logNormalUpperTail } from './normal.ts';
import { rank, tieSum } from './ranks.ts';

export interface MannWhitney {
  /** U of the first sample: pairs with x > y, ties half. */
  readonly u: number;
  readonly p: number;
  /** ln p */
  readonly logP: number;
}

/** P(x < y), ties half. @throws RangeError when a sample is empty or holds NaN */
export function aucOf(smaller: ArrayLike<number>, larger: ArrayLike<number>): number {
  const { u } = countPairs(smaller, larger);
  const pairs = smaller.length * larger.length;
  return (pairs - u) / pairs;
}

/** @param alternative - 'less': x tends to be smaller than y; 'greater': larger */
export function mannWhitney(x: ArrayLike<number>, y: ArrayLike<number>, alternative: Alternative): MannWhitney {
  const { u, ties } = countPairs(x, y);
  const pairs = x.length * y.length;
  const total = x.length + y.length;
  const deviation = Math.sqrt((pairs / 12) * (total + 1 - ties / (total * (total - 1))));
  const distance = { less: pairs - u, greater: u, 'two-sided': Math.max(u, pairs - u) }[alternative] - pairs / 2;
  // All values equal: nothing can be ordered.
  if (deviation === 0) return { u, p: 1, logP: 0 };
  const oneSided = logNormalUpperTail((distance - 0.5) / deviation);
  const logP = Math.min(0, alternative === 'two-sided' ? oneSided + Math.LN2 : oneSided);
  return { u, p: exp(logP), logP };
}

function countPairs(x: ArrayLike<number>, y: ArrayLike<number>): { u: number; ties: number } {
  if (x.length === 0 || y.length === 0) {
    throw new RangeError(`mannWhitney: expected values in both samples, got ${x.length} and ${y.length}`);
  }
  const pooled = new Float64Array(x.length + y.length);
  pooled.set(Array.from(x));
  pooled.set(Array.from(y), x.length);
  const { ranks, groups } = rank(pooled);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ranks[i];
  return { u: sum - (x.length * (x.length + 1)) / 2, ties: tieSum(groups) };
}
