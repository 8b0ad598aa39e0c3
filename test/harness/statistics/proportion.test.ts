import { describe, expect, it } from 'vitest';
import {
  clopperPearson,
  clopperPearsonHigh,
  clopperPearsonLow,
  trialsForZeroFailures,
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
});
