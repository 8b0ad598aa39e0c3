import { describe, expect, it } from 'vitest';
import { arctangent, proportionAngle } from '../../../harness/statistics/index.ts';

describe('arctan from basic operations', () => {
  it('is within four ulps of the platform on a grid, and odd', () => {
    for (let i = -4000; i <= 4000; i++) {
      const x = (i / 1000) ** 3;
      const expected = Math.atan(x);
      expect(Math.abs(arctangent(x) - expected)).toBeLessThanOrEqual(4 * 2 ** -52 * Math.abs(expected));
      expect(arctangent(-x)).toBe(-arctangent(x));
    }
    expect([arctangent(0), arctangent(Infinity), arctangent(Number.NaN)]).toEqual([0, Math.PI / 2, Number.NaN]);
  });

  it('gives the angle of a proportion, ends included', () => {
    expect(proportionAngle(0)).toBe(0);
    expect(proportionAngle(1)).toBeCloseTo(Math.PI, 15);
    expect(proportionAngle(0.5)).toBeCloseTo(Math.PI / 2, 15);
    expect(proportionAngle(0.03)).toBeCloseTo(2 * Math.asin(Math.sqrt(0.03)), 15);
    expect(() => proportionAngle(1.1)).toThrow(RangeError);
  });
});
