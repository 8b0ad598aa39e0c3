import { describe, expect, it } from 'vitest';
import {
  clopperPearson,
  clopperPearsonHigh,
  clopperPearsonLow,
  trialsForHalfWidth,
  trialsForZeroFailures,
  wilson,
} from '../../../harness/statistics/index.ts';

describe('exact bounds of a proportion', () => {
  it('gives 1 - 0.05^(1/n) for zero failures, the table of the specification', () => {
    const high = (trials: number): number => clopperPearsonHigh({ successes: 0, trials, confidence: 0.95 });
    expect(high(5)).toBeCloseTo(0.45072, 5);
    expect(high(32)).toBeCloseTo(0.089366, 5);
    expect(high(300)).toBeCloseTo(0.0099361, 6);
    expect(high(1000)).toBeCloseTo(0.0029912, 6);
  });

  it('has a lower bound above zero as soon as there is one failure', () => {
    expect(clopperPearsonLow({ successes: 0, trials: 50, confidence: 0.95 })).toBe(0);
    expect(clopperPearsonLow({ successes: 1, trials: 50, confidence: 0.95 })).toBeGreaterThan(0.001);
  });

  it('allows everything after nothing but failures', () => {
    expect(clopperPearsonHigh({ successes: 4, trials: 4, confidence: 0.95 })).toBe(1);
    expect(clopperPearsonLow({ successes: 4, trials: 4, confidence: 0.95 })).toBeCloseTo(0.05 ** 0.25, 12);
  });

  it.each([
    [0.108, 27],
    [0.05, 59],
    [0.01, 299],
    [0.003, 998],
    [0.001, 2995],
    [0.2, 14],
    [1, 1],
  ])('needs for a rate of %f exactly %i trials without a failure', (rate, trials) => {
    expect(trialsForZeroFailures({ rate, confidence: 0.95 })).toBe(trials);
  });

  it('says that no number of trials can show a rate of zero', () => {
    expect(trialsForZeroFailures({ rate: 0, confidence: 0.95 })).toBeNull();
  });

  it('refuses counts that cannot be', () => {
    expect(() => clopperPearson({ successes: 3, trials: 2, confidence: 0.95 })).toThrow(RangeError);
    expect(() => clopperPearsonHigh({ successes: 0, trials: 0, confidence: 0.95 })).toThrow(/got 0 of 0/);
  });

  it.each([
    [0.5, 0.05],
    [0.02, 0.01],
    [0, 0.03],
    [0.9, 0.2],
  ])(
    'plans for a rate of %f the smallest number of trials whose Wilson interval is as short as ±%f',
    (rate, halfWidth) => {
      const trials = trialsForHalfWidth({ rate, halfWidth, confidence: 0.95 });
      const z = 1.959963984540054;
      const widthOf = (n: number): number => (z / (n + z * z)) * Math.sqrt(n * rate * (1 - rate) + (z * z) / 4);
      expect(widthOf(trials)).toBeLessThanOrEqual(halfWidth * (1 + 1e-12));
      expect(widthOf(trials - 1)).toBeGreaterThan(halfWidth);
      // The formula is that of the Wilson interval.
      const { low, high } = wilson({ successes: 30, trials: 120, confidence: 0.95 });
      expect((high - low) / 2).toBeCloseTo((z / (120 + z * z)) * Math.sqrt(120 * 0.1875 + (z * z) / 4), 12);
      expect(() => trialsForHalfWidth({ rate, halfWidth: 0, confidence: 0.95 })).toThrow(RangeError);
    },
  );
});
