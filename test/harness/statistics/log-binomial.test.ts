import { describe, expect, it } from 'vitest';
import { logBinomialTerm, logChoose } from '../../../harness/statistics/index.ts';

/** mpmath, 60 digits: n, k, p, ln of the probability. */
const TERMS: readonly (readonly [number, number, number, number])[] = [
  [1000, 3, 0.5, -674.21867669523121],
  [100_000, 1000, 0.01, -4.3678743465170545],
  [10, 4, 0.3, -1.6088333502186696],
  [1_000_000, 500_000, 0.5, -7.1335468816268645],
];

describe('terms of the binomial distribution', () => {
  it.each(TERMS)('of %i trials, %i successes at %f, to the last digits', (n, k, p, expected) => {
    expect(logBinomialTerm({ k, n, p, q: 1 - p }) / expected).toBeCloseTo(1, 14);
    expect(logBinomialTerm({ k: n - k, n, p: 1 - p, q: p }) / expected).toBeCloseTo(1, 14);
  });

  it('sum to one, and are certain at the ends', () => {
    let total = 0;
    for (let k = 0; k <= 50; k++) total += Math.exp(logBinomialTerm({ k, n: 50, p: 0.37, q: 0.63 }));
    expect(total).toBeCloseTo(1, 13);
    expect(logBinomialTerm({ k: 0, n: 9, p: 0, q: 1 })).toBe(0);
    expect(logBinomialTerm({ k: 1, n: 9, p: 0, q: 1 })).toBe(-Infinity);
    expect(logBinomialTerm({ k: 9, n: 9, p: 1, q: 0 })).toBe(0);
    expect(logBinomialTerm({ k: 8, n: 9, p: 1, q: 0 })).toBe(-Infinity);
  });

  it('counts combinations', () => {
    expect(Math.exp(logChoose(52, 5))).toBeCloseTo(2_598_960, 5);
    expect([logChoose(7, 0), logChoose(7, 7)]).toEqual([0, 0]);
  });
});
