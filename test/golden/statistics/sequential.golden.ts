import { describe, expect, it } from 'vitest';
import { betaMixtureLogE, hedgedCapital, sprt, sprtBounds, sprtLogRatio } from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface SequentialCase {
  readonly input: {
    readonly x: readonly number[];
    readonly p0: number;
    readonly p1: number;
    readonly alpha: number;
    readonly beta: number;
  };
  readonly expected: {
    readonly wald_upper: number;
    readonly wald_lower: number;
    readonly llr: readonly number[];
    readonly decision: readonly [string, number] | null;
    readonly log_beta_mixture_e: readonly number[];
    readonly log_e_max: number;
    readonly first_reject_beta_mixture: number | null;
    readonly hedged_capital: readonly number[];
  };
}

const FILE = 'leakage/sequential.json';
const golden = readGolden<SequentialCase>(FILE);
const compare = compareWith(FILE);
const WORDS = { rejectH0: 'reject_h0', acceptH0: 'accept_h0' } as const;

/** The golden arrays hold t = 1, 21, 41, ... and the last. */
function sampled<T>(all: readonly T[]): T[] {
  return all.filter((_, i) => i % 20 === 0 || i === all.length - 1);
}

describe('sequential tests against their direct definitions', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'walks the paths of case $index (p0 = $input.p0)',
    ({ input: { x, p0, p1, alpha, beta }, expected }) => {
      const bounds = sprtBounds({ alpha, beta });
      compare('sprtBounds', bounds.upper, expected.wald_upper, golden.tolerance);
      compare('sprtBounds', bounds.lower, expected.wald_lower, golden.tolerance);

      let failures = 0;
      const counts = x.map((one, i) => ({ failures: (failures += one), trials: i + 1 }));
      sampled(counts.map((count) => sprtLogRatio({ ...count, rate0: p0, rate1: p1 }))).forEach((value, i) =>
        compare('sprtLogRatio', value, expected.llr[i], golden.tolerance),
      );
      const { decision, trials } = sprt(
        x.map((one) => one === 1),
        { rate0: p0, rate1: p1, alpha, beta },
      );
      expect(decision === 'continue' ? null : [WORDS[decision], trials]).toEqual(expected.decision);

      const logE = counts.map((count) => betaMixtureLogE({ ...count, rate: p0 }));
      sampled(logE).forEach((value, i) =>
        compare('betaMixtureLogE', value, expected.log_beta_mixture_e[i], golden.tolerance),
      );
      compare('betaMixtureLogE', Math.max(...logE), expected.log_e_max, golden.tolerance);
      const first = logE.findIndex((value) => value >= Math.log(1 / alpha));
      expect(first < 0 ? null : first + 1).toBe(expected.first_reject_beta_mixture);

      sampled([...hedgedCapital(x, { mean: p0, alpha })]).forEach((value, i) => {
        // Relative where the capital is large: a double has no digits left for an absolute 1e-8.
        const scale = Math.max(1, Math.abs(expected.hedged_capital[i]!));
        compare('hedgedCapital', value / scale, expected.hedged_capital[i]! / scale, golden.tolerance);
      });
    },
  );
});
