import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aucEquivalenceSampleSize,
  pairedDifference,
  pooledDifference,
  sampleVariance,
  tInterval,
  tostAuc,
  tostMean,
  tostProportions,
  waldZ,
  welchDifference,
} from '../../../harness/statistics/index.ts';

const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 20 });
const margin = fc.double({ min: 0.05, max: 4, noNaN: true });

describe('laws of equivalence tests', () => {
  it('passes at 5 % exactly when the 90 % interval lies inside the bounds', () => {
    fc.assert(
      fc.property(values, values, margin, (x, y, size) => {
        fc.pre(sampleVariance(x) > 1e-9 && sampleVariance(y) > 1e-9);
        for (const difference of [welchDifference(x, y), pooledDifference(x, y), pairedDifference(x)]) {
          const { p } = tostMean(difference, { low: -size, high: size });
          const { low, high } = tInterval(difference, 0.9);
          fc.pre(Math.abs(p - 0.05) > 1e-9);
          expect(low > -size && high < size).toBe(p < 0.05);
        }
      }),
    );
  });

  it('decides on the larger of the two p-values, always', () => {
    fc.assert(
      fc.property(values, margin, fc.nat(40), fc.nat(60), (x, size, k1, k2) => {
        const means = tostMean(pairedDifference(x), { low: -size, high: size });
        expect(means.p).toBe(Math.max(means.pLow, means.pHigh));
        const counts = { successes1: k1, trials1: 40, successes2: k2, trials2: 60 };
        for (const method of ['score', 'wald'] as const) {
          const { p, pLow, pHigh } = tostProportions(counts, { low: -0.1, high: 0.1 }, method);
          expect(p).toBe(Math.max(pLow, pHigh));
          // A difference outside the bounds is never equivalent.
          if (Math.abs(k1 / 40 - k2 / 60) > 0.1 + 1e-9) expect(p).toBeGreaterThanOrEqual(0.5);
        }
      }),
    );
  });

  it('the second case of the golden file is different, not equivalent', () => {
    const counts = { successes1: 62, trials1: 100, successes2: 80, trials2: 180 };
    expect(tostProportions(counts, { low: -0.1, high: 0.1 }, 'wald').p).toBeCloseTo(0.892, 3);
    expect(waldZ(counts, 62 / 100 - 80 / 180)).toBe(0);
  });

  it('declares equal timings safe with the planned number of samples, and a shift not', () => {
    expect(aucEquivalenceSampleSize({ margin: 0.15, alpha: 0.05, power: 0.8 })).toBeLessThanOrEqual(64);
    expect(Math.ceil(aucEquivalenceSampleSize({ margin: 0.1, alpha: 0.05, power: 0.8 }))).toBe(143);
    expect(Math.ceil(aucEquivalenceSampleSize({ margin: 0.05, alpha: 0.05, power: 0.8 }))).toBe(571);
    const hits = Array.from({ length: 143 }, (_, i) => i);
    const misses = hits.map((time) => time + 0.5);
    const same = tostAuc({ hits, misses }, 0.1);
    expect(same.auc).toBeCloseTo(0.5, 1);
    expect(same.p).toBeLessThan(0.05);
    const faster = tostAuc({ hits, misses: hits.map((time) => time + 60) }, 0.1);
    expect(faster.p).toBeGreaterThan(0.99);
    expect(tostAuc({ hits, misses: hits.map((time) => time + 500) }, 0.1).p).toBe(1);
  });

  it('refuses bounds in the wrong order', () => {
    expect(() => tostMean(pairedDifference([1, 2]), { low: 1, high: 1 })).toThrow(/low < high/);
    expect(() => tostAuc({ hits: [1, 2], misses: [1, 2] }, 0)).toThrow(RangeError);
    expect(() => aucEquivalenceSampleSize({ margin: 0, alpha: 0.05, power: 0.8 })).toThrow(RangeError);
  });
});
