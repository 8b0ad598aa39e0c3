import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../../harness/statistics/index.ts';

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
});
