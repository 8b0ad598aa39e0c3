import { describe, expect, it } from 'vitest';
import { logNormalUpperTail, normalCdf, normalQuantile, normalUpperTail } from '../../../harness/statistics/index.ts';

/** scipy.stats.norm */
const CDF: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.959963984540054, 0.025],
  [2.9, 0.9981341866996159],
  [-3.1, 0.0009676032132183568],
  [-8, 6.220960574271785e-16],
];

describe('the normal distribution', () => {
  it.each(CDF)('has Phi(%f) = %f', (z, p) => {
    expect(Math.abs(normalCdf(z) - p)).toBeLessThan(1e-14 * Math.max(p, 1e-3));
  });

  it('inverts itself, and has infinite ends', () => {
    for (const p of [1e-12, 0.01, 0.3, 0.5, 0.9, 0.999]) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 13);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  });

  it.each([
    [1, -1.8410216450092635],
    [2.5, -5.0816482772786905],
    [6, -20.736768949974706],
    [38, -726.55721601882013],
    [50, -1254.8313611394199],
    [-3, -0.0013508099647481938],
  ])('has ln P(Z > %f), where the tail itself is 0 too (mpmath)', (z, expected) => {
    expect(logNormalUpperTail(z) / expected).toBeCloseTo(1, 12);
    expect(normalUpperTail(z)).toBe(normalCdf(-z));
  });

  it('has certain ends as logarithms', () => {
    expect([logNormalUpperTail(Infinity), logNormalUpperTail(-Infinity)]).toEqual([-Infinity, 0]);
  });
});
