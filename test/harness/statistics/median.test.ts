import { describe, expect, it } from 'vitest';
import { medianInterval, theilSenSlope } from '../../../harness/statistics/index.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe('the median with its order-statistic interval', () => {
  // ranks of a 95 % interval: Conover, table A3; David and Nagaraja, Order Statistics, table 7.1
  it.each([
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [12, 3, 10],
    [15, 4, 12],
    [20, 6, 15],
    [25, 8, 18],
  ])('of %i values reaches from the %ith to the %ith', (n, low, high) => {
    expect(medianInterval(upTo(n).toReversed(), 0.95).interval).toEqual({ low, high });
  });

  it('has no interval below six values, and says the median all the same', () => {
    expect(medianInterval([5, 1, 3, 2, 4], 0.95)).toEqual({ median: 3, interval: null });
    expect(medianInterval([7], 0.95)).toEqual({ median: 7, interval: null });
  });

  it('is not moved by an outlier, which stays in the interval of few values', () => {
    const { median, interval } = medianInterval([1, 1, 1, 1, 1, 1, 900], 0.95);
    expect(median).toBe(1);
    expect(interval).toEqual({ low: 1, high: 900 });
  });
});

describe('the Theil-Sen slope', () => {
  it('is the slope of a line, and of a line with one point far off', () => {
    const line = upTo(7).map((x) => ({ x, y: 3 + 0.5 * x }));
    expect(theilSenSlope(line)).toBe(0.5);
    expect(theilSenSlope(line.map((point, index) => (index === 3 ? { ...point, y: 100 } : point)))).toBe(0.5);
  });

  it('is not known at one place', () => {
    expect(theilSenSlope([])).toBeNull();
    expect(
      theilSenSlope([
        { x: 2, y: 1 },
        { x: 2, y: 9 },
      ]),
    ).toBeNull();
  });
});
