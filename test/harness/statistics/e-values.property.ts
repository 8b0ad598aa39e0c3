import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eBenjaminiHochberg, logMeanEValue } from '../../../harness/statistics/index.ts';

describe('laws of e-values', () => {
  const logE = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 8 });

  it('has a mean between the smallest and the largest, and takes e-values beyond a double', () => {
    fc.assert(
      fc.property(logE, (all) => {
        const mean = all.reduce((total, one) => total + Math.exp(one), 0) / all.length;
        expect(Math.exp(logMeanEValue(all)) / mean).toBeCloseTo(1, 12);
      }),
    );
    expect(logMeanEValue([5000, 0])).toBeCloseTo(5000 - Math.LN2, 9);
    expect(logMeanEValue([-Infinity, -Infinity])).toBe(-Infinity);
    expect(() => logMeanEValue([])).toThrow(RangeError);
    expect(() => logMeanEValue([Number.NaN])).toThrow(RangeError);
  });

  it('e-BH is Benjamini-Hochberg of the p-values 1/e', () => {
    fc.assert(
      fc.property(logE, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (all, level) => {
        const p = all.map((one) => Math.min(1, Math.exp(-one)));
        const sorted = [...p].sort((a, b) => a - b);
        let limit = -1;
        sorted.forEach((value, i) => {
          if (value <= (level * (i + 1)) / p.length) limit = value;
        });
        expect(eBenjaminiHochberg(all, level)).toEqual(p.map((value) => value <= limit));
      }),
    );
    expect(() => eBenjaminiHochberg([0], 1)).toThrow(RangeError);
  });
});
