/**
 * Wilcoxon's signed-rank test of paired differences, exact.
 *
 * W+ is the sum of the ranks of |d| over d > 0; zeros are left out. Under H0 every sign pattern is equally likely: the counts of
 * all 2^n patterns by their W+ are added up, with midranks for ties (ranks are doubled, so that sums are whole).
 * Source: Wilcoxon (1945); golden: classical_tests.json.
 * @module
 */
import type { TestPValues } from './binomial.ts';
import { rank } from './ranks.ts';

export interface WilcoxonTest extends TestPValues {
  /** W+ */
  readonly statistic: number;
  /** Differences that are not 0. */
  readonly pairs: number;
}

/** pTwoSided = min(1, 2 min(one-sided)); all p are 1 when every difference is 0. */
export function wilcoxonSignedRank(differences: readonly number[]): WilcoxonTest {
  const kept = differences.filter((value) => value !== 0);
  if (kept.some((value) => !Number.isFinite(value))) throw new RangeError('wilcoxon: expected finite differences');
  const { ranks } = rank(kept.map(Math.abs));
  const doubled = Array.from(ranks, (value) => 2 * value);
  const observed = doubled.reduce((sum, value, i) => sum + (kept[i] > 0 ? value : 0), 0);
  const shares = sharesOfSums(doubled);
  let [pGreater, pLess] = [0, 0];
  shares.forEach((share, sum) => {
    if (sum >= observed) pGreater += share;
    if (sum <= observed) pLess += share;
  });
  return {
    statistic: observed / 2,
    pairs: kept.length,
    pGreater: Math.min(1, pGreater),
    pLess: Math.min(1, pLess),
    pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)),
  };
}

/** Share of the sign patterns with each sum of the positive doubled ranks. */
function sharesOfSums(doubled: readonly number[]): Float64Array {
  const shares = new Float64Array(doubled.reduce((sum, value) => sum + value, 0) + 1);
  shares[0] = 1;
  let largest = 0;
  for (const value of doubled) {
    largest += value;
    for (let sum = largest; sum >= 0; sum--) {
      shares[sum] = (shares[sum] + (sum >= value ? shares[sum - value] : 0)) / 2;
    }
  }
  return shares;
}
