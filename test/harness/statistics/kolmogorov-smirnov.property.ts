import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kolmogorovSmirnov, type Alternative } from '../../../harness/statistics/index.ts';

const sample = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength });
const ALTERNATIVES: readonly Alternative[] = ['two-sided', 'greater', 'less'];

/** Every order of n + m values without ties, by its definition: the share with a distance of at least D. */
function shareByCounting(n: number, m: number, statistic: number, alternative: Alternative): number {
  let [all, outside] = [0, 0];
  for (let mask = 0; mask < 2 ** (n + m); mask++) {
    let [i, j, reached] = [0, 0, statistic <= 1e-12];
    for (let bit = 0; bit < n + m; bit++) {
      if ((mask >>> bit) & 1) i++;
      else j++;
      const difference = i / n - j / m;
      const distance = { 'two-sided': Math.abs(difference), greater: difference, less: -difference }[alternative];
      if (distance >= statistic - 1e-12) reached = true;
    }
    if (i !== n) continue;
    all++;
    if (reached) outside++;
  }
  return outside / all;
}

/** A fixed cheap sequence: enough for a test, not a generator to use. */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

describe('laws of the two-sample Kolmogorov-Smirnov test', () => {
  it('has as p the share of all orders, counted one by one', () => {
    fc.assert(
      fc.property(sample(6), sample(5), fc.constantFrom(...ALTERNATIVES), (x, y, alternative) => {
        const { statistic, p } = kolmogorovSmirnov(x, y, alternative);
        expect(p).toBeCloseTo(shareByCounting(x.length, y.length, statistic, alternative), 12);
      }),
      { numRuns: 60 },
    );
  });

  it('is symmetric two-sided, and mirrors one-sided', () => {
    fc.assert(
      fc.property(sample(12), sample(9), (x, y) => {
        const both = kolmogorovSmirnov(x, y, 'two-sided');
        const swapped = kolmogorovSmirnov(y, x, 'two-sided');
        expect(swapped.statistic).toBe(both.statistic);
        expect(swapped.p).toBeCloseTo(both.p, 12);
        const greater = kolmogorovSmirnov(x, y, 'greater');
        const less = kolmogorovSmirnov(y, x, 'less');
        expect([less.statistic, less.p]).toEqual([greater.statistic, greater.p]);
        expect(both.statistic).toBe(Math.max(greater.statistic, kolmogorovSmirnov(x, y, 'less').statistic));
      }),
    );
  });

  it('does not change under an increasing map', () => {
    fc.assert(
      fc.property(sample(12), sample(9), fc.constantFrom(...ALTERNATIVES), (x, y, alternative) => {
        const map = (value: number): number => value ** 3 + 5;
        expect(kolmogorovSmirnov(x.map(map), y.map(map), alternative)).toEqual(kolmogorovSmirnov(x, y, alternative));
      }),
    );
  });

  it('has a p of 10^-600 as a logarithm, with equal and unequal sizes', () => {
    const low = Array.from({ length: 1000 }, (_, i) => i);
    const high = (length: number): number[] => Array.from({ length }, (_, i) => 2000 + i);
    const equal = kolmogorovSmirnov(low, high(1000), 'greater');
    expect(equal.p).toBe(0);
    // 1 / C(2000, 1000)
    expect(equal.logP).toBeCloseTo(-1382.26799353748, 8);
    const unequal = kolmogorovSmirnov(low, high(999), 'greater');
    expect(unequal.logP).toBeCloseTo(-1382.26799353748 + Math.LN2, 8);
    expect(kolmogorovSmirnov(low, high(999), 'two-sided').logP).toBeCloseTo(unequal.logP + Math.LN2, 9);
  });

  it('is uniform under H0: over 2000 null simulations the p-values are no more than uniform, and never tiny by defect', () => {
    const next = sequence(42);
    const pValues = Array.from({ length: 2000 }, () => {
      const x = Array.from({ length: 20 }, next);
      const y = Array.from({ length: 25 }, next);
      return kolmogorovSmirnov(x, y, 'two-sided').p;
    });
    for (const level of [0.01, 0.05, 0.1, 0.25, 0.5]) {
      const share = pValues.filter((p) => p <= level).length / pValues.length;
      // Valid: at most the level, up to 4 standard errors; and not useless: at least half of it.
      expect(share).toBeLessThanOrEqual(level + 4 * Math.sqrt((level * (1 - level)) / pValues.length));
      expect(share).toBeGreaterThan(level / 2);
    }
  });

  it('refuses an empty sample and what is not a number', () => {
    expect(() => kolmogorovSmirnov([], [1], 'less')).toThrow(/both samples/);
    expect(() => kolmogorovSmirnov([Number.NaN], [1], 'less')).toThrow(/finite/);
  });
});
