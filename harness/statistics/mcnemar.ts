/**
 * McNemar's exact test for paired yes/no results: the sign test of the discordant pairs.
 *
 * Pairs that agree say nothing about a change. Under H0 each discordant pair is a fair coin; p two-sided = 2 P(X <= min), at most 1.
 * Source: leakage-and-statistics.md 6.2; golden: classical_tests.json.
 * @module
 */
import { binomialTest, type TestPValues } from './binomial.ts';

/**
 * @param onlyFirst - pairs in which the first alone succeeded
 * @param onlySecond - pairs in which the second alone succeeded
 * @returns pGreater for H1 "the first succeeds more often"
 */
export function mcNemarExact({ onlyFirst, onlySecond }: { onlyFirst: number; onlySecond: number }): TestPValues {
  const trials = onlyFirst + onlySecond;
  const { pGreater, pLess } = binomialTest({ successes: onlyFirst, trials, rate: 0.5 });
  return { pGreater, pLess, pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)) };
}
