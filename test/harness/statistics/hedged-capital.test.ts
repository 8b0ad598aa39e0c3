import { describe, expect, it } from 'vitest';
import { hedgedCapital } from '../../../harness/statistics/index.ts';

describe('laws of hedged capital', () => {
  it('hedged capital has expectation at most one over all sequences of a fair coin', () => {
    const length = 10;
    for (const mean of [0.2, 0.5, 0.9]) {
      let total = 0;
      for (let mask = 0; mask < 2 ** length; mask++) {
        const values = Array.from({ length }, (_, i) => (mask >>> i) & 1);
        const ones = values.reduce((count, value) => count + value, 0);
        const weight = mean ** ones * (1 - mean) ** (length - ones);
        total += weight * hedgedCapital(values, { mean, alpha: 0.05 })[length - 1];
      }
      expect(total).toBeLessThanOrEqual(1 + 1e-12);
      expect(total).toBeGreaterThan(0.5);
    }
    expect(() => hedgedCapital([0.5, 1.5], { mean: 0.5, alpha: 0.05 })).toThrow(/got 1.5 at 1/);
    expect(() => hedgedCapital([0.5], { mean: 1, alpha: 0.05 })).toThrow(RangeError);
  });
});
