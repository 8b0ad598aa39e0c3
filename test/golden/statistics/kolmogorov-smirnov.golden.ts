import { describe, expect, it } from 'vitest';
import {
  aucOf,
  ascending,
  kolmogorovSmirnov,
  logKolmogorovSmirnovOneSidedApproximation,
  mannWhitney,
  quantileOfSorted,
  type Alternative,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

type Samples = Readonly<Record<'x' | 'y', readonly number[]>>;
interface KsCase {
  readonly input: Samples;
  readonly expected: Readonly<Record<string, { readonly D: number; readonly p: number }>>;
}
interface TimingCase {
  readonly input: { readonly file: string; readonly hit: readonly number[]; readonly miss: readonly number[] };
  readonly expected: {
    readonly published_ks_p: number;
    readonly D: number;
    readonly p: number;
    readonly median_hit: number;
    readonly median_miss: number;
    readonly mannwhitney_less_p: number;
    readonly auc: number;
  };
}

const KS = 'leakage/ks_2samp.json';
const ks = readGolden<KsCase>(KS);
const compareKs = compareWith(KS);
const ALTERNATIVES: readonly Alternative[] = ['two-sided', 'greater', 'less'];

describe('the two-sample Kolmogorov-Smirnov test against scipy', () => {
  it.each(ks.cases.map((one, index) => ({ index, ...one })))(
    'gives D and the exact p of case $index, for every alternative',
    ({ input: { x, y }, expected }) => {
      for (const alternative of ALTERNATIVES) {
        const { statistic, p } = kolmogorovSmirnov(x, y, alternative);
        const exact = expected[`${alternative}|exact`]!;
        compareKs('kolmogorovSmirnov D', statistic, exact.D, ks.tolerance);
        compareKs('kolmogorovSmirnov p', p, exact.p, ks.tolerance);
        // The two-sided asymptotic p of the oracle is a one-sample law; we have no such function (8.3: optional).
        if (alternative === 'two-sided') continue;
        const logP = logKolmogorovSmirnovOneSidedApproximation({ statistic, n: x.length, m: y.length });
        compareKs('approximation', Math.exp(logP), expected[`${alternative}|asymp`]!.p, ks.tolerance);
      }
    },
  );
});

const AUDIT = 'leakage/cache_timing_audit.json';
const audit = readGolden<TimingCase>(AUDIT);
const compareAudit = compareWith(AUDIT);
/** What follows from the order of the times alone. */
const COUNTED = 1e-12;
/** Times of the file are rounded to 1e-7 s, the oracle's were not: medians move, and a new tie moves a sum of ranks. */
const TIME_ROUNDED = 1e-7;

describe('published cache-timing audits of real providers (Gu et al., ICML 2025)', () => {
  it.each(audit.cases)('reproduces $input.file', ({ input: { hit, miss }, expected }) => {
    const { statistic, logP } = kolmogorovSmirnov(hit, miss, 'greater');
    compareAudit('D', statistic, expected.D, COUNTED);
    compareAudit('log10 p', logP / Math.LN10, Math.log10(expected.p), audit.tolerance);
    compareAudit('log10 p as published', logP / Math.LN10, Math.log10(expected.published_ks_p), audit.tolerance);
    compareAudit('aucOf', aucOf(hit, miss), expected.auc, COUNTED);
    const rankSum = mannWhitney(hit, miss, 'less');
    // Relative, as the file's notes say: a new tie by rounding moves a p of 1e-78 in its sixth digit.
    const expectedLog = Math.log10(expected.mannwhitney_less_p);
    const scale = Math.max(1, Math.abs(expectedLog));
    compareAudit(
      'log10 p of Mann-Whitney, relative',
      rankSum.logP / Math.LN10 / scale,
      expectedLog / scale,
      audit.tolerance,
    );
    compareAudit('median', quantileOfSorted(ascending(hit), 0.5), expected.median_hit, TIME_ROUNDED);
    compareAudit('median', quantileOfSorted(ascending(miss), 0.5), expected.median_miss, TIME_ROUNDED);
  });

  it('has audits on both sides of the published level of 1e-8', () => {
    const caching = audit.cases.filter(({ expected }) => expected.p < 1e-8).length;
    expect(caching).toBeGreaterThan(0);
    expect(caching).toBeLessThan(audit.cases.length);
  });
});
