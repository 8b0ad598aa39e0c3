import { describe, expect, it } from 'vitest';
import {
  basicInterval,
  bootstrapInterval,
  bootstrapReplicates,
  bootstrapStandardError,
  clusteredMean,
  drawResamples,
  mean,
  percentileInterval,
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

  it('BCa is the percentile interval when there is neither bias nor skewness: z0 = a = 0', () => {
    // Symmetric data and a symmetric set of resamples: each row with its mirror image.
    const values = [-3, -1, 0, 1, 3];
    const drawn = drawResamples({ count: 5, replicates: 400, next: sequence() });
    const mirrored = drawn.indices.map((index) => 4 - index);
    const resamples = { count: 5, replicates: 800, indices: Uint32Array.from([...drawn.indices, ...mirrored]) };
    const statistic = meanOf(values);
    const replicates = bootstrapReplicates(resamples, statistic);
    const percentile = percentileInterval(replicates, 0.9);
    const bca = bootstrapInterval({ resamples, statistic, confidence: 0.9 })!;
    expect(bca.low).toBeCloseTo(percentile.low, 12);
    expect(bca.high).toBeCloseTo(percentile.high, 12);
    const basic = basicInterval(replicates, 0, 0.9);
    expect(basic.low).toBeCloseTo(percentile.low, 12);
    expect(bootstrapStandardError(replicates)).toBeGreaterThan(0.5);
    expect(bootstrapStandardError([1, 3])).toBeCloseTo(Math.SQRT2, 15);
  });

  it('resamples prompts, not samples: equal samples of a prompt count as one piece of evidence', () => {
    const prompts = [0.1, 0.9, 0.4, 0.6, 0.3, 0.8];
    const repeated = prompts.map((value) => [value, value, value, value]);
    const resamples = drawResamples({ count: 6, replicates: 500, next: sequence() });
    const single = bootstrapReplicates(resamples, meanOf(prompts));
    const clustered = bootstrapReplicates(resamples, clusteredMean(repeated));
    clustered.forEach((value, i) => expect(value).toBeCloseTo(single[i], 12));
    // As if all 24 samples were independent, the error would be half as large.
    const naive = drawResamples({ count: 24, replicates: 500, next: sequence() });
    const error = bootstrapStandardError(bootstrapReplicates(naive, meanOf(repeated.flat())));
    expect(bootstrapStandardError(clustered) / error).toBeGreaterThan(1.7);
    // Prompts with more samples weigh more.
    expect(clusteredMean([[1, 1, 1], [5]])([0, 1])).toBe(2);
    expect(() => clusteredMean([[1], []])).toThrow(/empty one/);
  });

  it('draws each row as its plain twin does: drawn one by one, then sorted', () => {
    for (const count of [1, 2, 7, 64]) {
      const next = sequence();
      const plain = Array.from({ length: 40 }, () =>
        Array.from({ length: count }, () => Math.floor(next() * count)).sort((a, b) => a - b),
      );
      expect([...drawResamples({ count, replicates: 40, next: sequence() }).indices]).toEqual(plain.flat());
    }
    // what rounds to one is the last index, not one behind it
    expect([...drawResamples({ count: 3, replicates: 1, next: () => 1 }).indices]).toEqual([2, 2, 2]);
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
