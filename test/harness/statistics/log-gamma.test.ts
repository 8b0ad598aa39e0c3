import { describe, expect, it } from 'vitest';
import { logBeta, logGamma } from '../../../harness/statistics/index.ts';

/** mpmath, 60 digits: a, b, ln B(a, b). */
const BETA: readonly (readonly [number, number, number])[] = [
  [0.5, 0.5, 1.1447298858494002],
  [1e6, 0.5, -6.335390211057437],
  [1000, 2000, -1911.8746142144516],
  [20, 3, -8.4381499840757845],
  [14, 1e8, -235.33736747220965],
];

describe('ln Gamma and ln B', () => {
  it('is the logarithm of factorials', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(Math.abs(logGamma(n) - Math.log(factorial))).toBeLessThan(1e-13);
      factorial *= n;
    }
    expect(() => logGamma(0)).toThrow(RangeError);
  });

  it.each(BETA)('has ln B(%f, %f) to its last digits, in both orders', (a, b, expected) => {
    expect(logBeta(a, b) / expected).toBeCloseTo(1, 13);
    expect(logBeta(b, a)).toBe(logBeta(a, b));
  });
});
