import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  drawResamples,
  mean,
  quantileOfSorted,
  type Resamples,
} from '../../../harness/statistics/index.ts';

/** A fixed cheap sequence: enough for a test, not a generator to use. */
function sequence(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}

const meanOf =
  (values: readonly number[]) =>
  (indices: ArrayLike<number>): number =>
    mean(Array.from(indices, (i) => values[i]));

describe('bootstrap intervals', () => {
  it('holds the mean of its own data, and the same draws give the same interval', () => {
    const values = [0.1, 0.4, 0.2, 0.9, 0.3, 0.35, 0.6, 0.15];
    const interval = (): ReturnType<typeof bootstrapInterval> =>
      bootstrapInterval({
        resamples: drawResamples({ count: values.length, replicates: 2000, next: sequence() }),
        statistic: meanOf(values),
        confidence: 0.95,
      });
    const { low, high } = interval()!;
    expect(low).toBeLessThan(0.375);
    expect(high).toBeGreaterThan(0.375);
    expect(interval()).toEqual({ low, high });
  });

  it('gives none for one cluster: one case says nothing about cases', () => {
    const resamples = drawResamples({ count: 1, replicates: 100, next: sequence() });
    expect(bootstrapInterval({ resamples, statistic: meanOf([3]), confidence: 0.95 })).toBeNull();
  });

  it('gives a point for clusters that are all equal', () => {
    const resamples = drawResamples({ count: 4, replicates: 100, next: sequence() });
    expect(bootstrapInterval({ resamples, statistic: meanOf([2, 2, 2, 2]), confidence: 0.95 })).toEqual({
      low: 2,
      high: 2,
    });
  });

  it('falls back to percentiles when all replicates lie on one side of the estimate', () => {
    const resamples: Resamples = { count: 2, replicates: 3, indices: Uint32Array.of(0, 0, 0, 0, 0, 0) };
    expect(bootstrapInterval({ resamples, statistic: meanOf([1, 2]), confidence: 0.9 })).toEqual({ low: 1, high: 1 });
  });

  it('draws indices below the count only', () => {
    const { indices } = drawResamples({ count: 3, replicates: 50, next: sequence() });
    expect(indices).toHaveLength(150);
    expect([...new Set(indices)].sort((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});

describe('quantiles', () => {
  it('interpolates between order statistics', () => {
    expect(quantileOfSorted([1, 2, 4], 0.5)).toBe(2);
    expect(quantileOfSorted([1, 2, 4], 0.75)).toBe(3);
    expect(quantileOfSorted([7], 0.99)).toBe(7);
    expect(() => quantileOfSorted([], 0.5)).toThrow(RangeError);
  });
});
