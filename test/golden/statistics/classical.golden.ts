import { describe, expect, it } from 'vitest';
import {
  binomialTest,
  chiSquareIndependence,
  fisherExact,
  kendallTauB,
  mcNemarExact,
  normalUpperTail,
  pearson,
  rank,
  spearman,
  tTest,
  welchDifference,
  wilcoxonSignedRank,
  type Table2x2,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface ClassicalCase {
  readonly input: {
    readonly k: number;
    readonly n: number;
    readonly p0: number;
    readonly table2x2: Table2x2;
    readonly table3x4: readonly (readonly number[])[];
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly discordant: readonly [number, number];
  };
  readonly expected: Readonly<
    Record<
      'binom_two_sided' | 'binom_greater' | 'fisher_two_sided' | 'fisher_greater' | 'cramers_v' | 'kendall_tau_b',
      number
    >
  > & {
    readonly chi2: readonly [statistic: number, p: number, df: number];
    readonly pearson: readonly [r: number, p: number];
    readonly spearman: readonly [r: number, p: number];
    readonly mcnemar_exact: number;
    readonly wilcoxon_exact: number;
    readonly welch_t: readonly [t: number, p: number];
  };
}

const FILE = 'leakage/classical_tests.json';
const golden = readGolden<ClassicalCase>(FILE);
const compare = compareWith(FILE);
const cases = golden.cases.map((one, index) => ({ index, ...one }));
const check = (what: string, got: number, want: number): void => compare(what, got, want, golden.tolerance);

/**
 * scipy 1.10: with ties W+ of midranks is looked up in the law without ties (ours is the law of the midranks themselves); with
 * zeros it takes the normal approximation.
 */
function oracleWilcoxon(differences: readonly number[]): number {
  const kept = differences.filter((value) => value !== 0);
  const n = kept.length;
  const { ranks, groups } = rank(kept.map(Math.abs));
  const plus = kept.reduce((sum, value, i) => sum + (value > 0 ? ranks[i] : 0), 0);
  const middle = (n * (n + 1)) / 4;
  if (n < differences.length) {
    const ties = groups.reduce((sum, size) => sum + size ** 3 - size, 0);
    const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
    return 2 * normalUpperTail(Math.abs(plus - middle) / deviation);
  }
  const whole = Math.trunc(plus);
  if (whole === Math.floor(middle)) return 1;
  // Differences without ties whose positive ranks add up to the same sum.
  let left = whole;
  const untied = Array.from({ length: n }, (_, i) => n - i).map((size) => {
    if (size > left) return -size;
    left -= size;
    return size;
  });
  return wilcoxonSignedRank(untied).pTwoSided;
}

describe('classical tests against scipy and statsmodels', () => {
  it.each(cases)('judges the counts of case $index', ({ input, expected }) => {
    const binomial = binomialTest({ successes: input.k, trials: input.n, rate: input.p0 });
    check('binomialTest', binomial.pTwoSided, expected.binom_two_sided);
    check('binomialTest', binomial.pGreater, expected.binom_greater);
    const [onlyFirst, onlySecond] = input.discordant;
    check('mcNemarExact', mcNemarExact({ onlyFirst, onlySecond }).pTwoSided, expected.mcnemar_exact);
    const fisher = fisherExact(input.table2x2);
    check('fisherExact', fisher.pTwoSided, expected.fisher_two_sided);
    check('fisherExact', fisher.pGreater, expected.fisher_greater);
    const chi = chiSquareIndependence(input.table3x4);
    check('chiSquareIndependence', chi.statistic, expected.chi2[0]);
    check('chiSquareIndependence', chi.p, expected.chi2[1]);
    expect(chi.degreesOfFreedom).toBe(expected.chi2[2]);
    check('Cramér V', chi.cramersV, expected.cramers_v);
  });

  it.each(cases)('judges the pairs of case $index', ({ input: { x, y }, expected }) => {
    const [linear, monotone] = [pearson(x, y)!, spearman(x, y)!];
    check('pearson', linear.r, expected.pearson[0]);
    check('pearson', linear.p, expected.pearson[1]);
    check('spearman', monotone.r, expected.spearman[0]);
    check('spearman', monotone.p, expected.spearman[1]);
    check('kendallTauB', kendallTauB(x, y)!, expected.kendall_tau_b);
    const welch = tTest(welchDifference(x, y));
    check('tTest (Welch)', welch.t, expected.welch_t[0]);
    check('tTest (Welch)', welch.p, expected.welch_t[1]);
    const differences = x.map((value, i) => value - y[i]!);
    // With ties or zeros the oracle leaves the exact law: the whole difference is shown by doing what it does.
    const tied = new Set(differences.map(Math.abs)).size < differences.length || differences.includes(0);
    if (tied) check('Wilcoxon as the oracle treats ties', oracleWilcoxon(differences), expected.wilcoxon_exact);
    else check('wilcoxonSignedRank', wilcoxonSignedRank(differences).pTwoSided, expected.wilcoxon_exact);
  });
});
