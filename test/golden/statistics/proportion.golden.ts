import { describe, expect, it } from 'vitest';
import { clopperPearson, incompleteBetaInverse } from '../../../harness/statistics/index.ts';
import { readGolden } from '../../support/leakage-golden.ts';

interface ProportionCase {
  readonly input: { readonly k: number; readonly n: number; readonly level: number };
  readonly expected: {
    readonly clopper_pearson: readonly [number, number];
    readonly jeffreys: readonly (number | string | null)[];
  };
}

const golden = readGolden<ProportionCase>('leakage/proportion_ci.json');

describe('exact proportion intervals against statsmodels', () => {
  it('has cases', () => expect(golden.cases.length).toBeGreaterThan(20));

  it.each(golden.cases)('gives the Clopper-Pearson interval of $input.k of $input.n at $input.level', (one) => {
    const { k, n, level } = one.input;
    const { low, high } = clopperPearson({ successes: k, trials: n, confidence: level });
    expect(Math.abs(low - one.expected.clopper_pearson[0])).toBeLessThanOrEqual(golden.tolerance);
    expect(Math.abs(high - one.expected.clopper_pearson[1])).toBeLessThanOrEqual(golden.tolerance);
  });

  it.each(golden.cases)('inverts the beta function at half-integers: Jeffreys for $input.k of $input.n', (one) => {
    const { k, n, level } = one.input;
    const outside = (1 - level) / 2;
    [outside, 1 - outside].forEach((p, side) => {
      const expected = one.expected.jeffreys[side];
      if (typeof expected !== 'number' || !Number.isFinite(expected)) return;
      const got = incompleteBetaInverse({ a: k + 0.5, b: n - k + 0.5, p });
      expect(Math.abs(got - expected)).toBeLessThanOrEqual(golden.tolerance);
    });
  });
});
