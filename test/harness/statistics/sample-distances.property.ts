import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { energyDistance, wasserstein1 } from '../../../harness/statistics/index.ts';

const sample = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 12 });

describe('laws of distances of samples', () => {
  it.each([
    ['Wasserstein-1', wasserstein1, 1],
    ['energy', energyDistance, 0.5],
  ] as const)('%s is symmetric, does not see a shift of both, and grows with the unit', (_, distance, power) => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const value = distance(x, y);
        expect(distance(y, x)).toBeCloseTo(value, 12);
        expect(distance(x, [...x].reverse())).toBe(0);
        const moved = (all: readonly number[]): number[] => all.map((one) => one + 7);
        expect(distance(moved(x), moved(y))).toBeCloseTo(value, 12);
        const scaled = (all: readonly number[]): number[] => all.map((one) => one * 4);
        expect(distance(scaled(x), scaled(y))).toBeCloseTo(value * 4 ** power, 10);
      }),
    );
    expect(wasserstein1([0, 1], [5, 6])).toBe(5);
    expect(() => distance([], [1])).toThrow(/both samples/);
    expect(() => distance([Infinity], [1])).toThrow(/finite/);
  });

  it('energy distance is its V-statistic of mean absolute differences', () => {
    const meanDistance = (x: readonly number[], y: readonly number[]): number =>
      x.reduce((sum, a) => sum + y.reduce((inner, b) => inner + Math.abs(a - b), 0), 0) / (x.length * y.length);
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const square = 2 * meanDistance(x, y) - meanDistance(x, x) - meanDistance(y, y);
        expect(energyDistance(x, y) ** 2).toBeCloseTo(square, 9);
      }),
    );
  });
});
