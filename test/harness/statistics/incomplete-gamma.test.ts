import { describe, expect, it } from 'vitest';
import { chiSquareUpperTail, incompleteGammaUpper } from '../../../harness/statistics/index.ts';

/** mpmath, 50 digits. */
const UPPER: readonly (readonly [a: number, x: number, q: number])[] = [
  [3, 2.5, 0.54381311588332952],
  [0.5, 12, 9.6335700864309459e-7],
  [50, 30, 0.99948110853745197],
  [3, 100, 1.8976107553682284e-40],
  [10_000, 10_200, 0.0232873221335988],
  [1_000_000, 1_003_000, 0.001361740646217591],
];

describe('the incomplete gamma function', () => {
  it.each(UPPER)('Q(%f, %f) keeps its digits', (a, x, q) => {
    expect(incompleteGammaUpper(a, x) / q).toBeCloseTo(1, 12);
    expect(chiSquareUpperTail(2 * x, 2 * a)).toBe(incompleteGammaUpper(a, x));
  });

  it('is e^-x for a = 1, has certain ends, and refuses what it is not defined for', () => {
    for (const x of [0.1, 1, 7, 40]) expect(incompleteGammaUpper(1, x) / Math.exp(-x)).toBeCloseTo(1, 13);
    expect([incompleteGammaUpper(2, 0), incompleteGammaUpper(2, Infinity)]).toEqual([1, 0]);
    expect(() => incompleteGammaUpper(0, 1)).toThrow(RangeError);
    expect(() => incompleteGammaUpper(1, -1)).toThrow(RangeError);
  });
});
