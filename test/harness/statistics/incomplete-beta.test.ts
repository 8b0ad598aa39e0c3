import { describe, expect, it } from 'vitest';
import { incompleteBeta, incompleteBetaLogTails } from '../../../harness/statistics/index.ts';

/** mpmath with 60 digits: a, b, x, ln I, ln(1 - I). */
const TAILS: readonly (readonly [number, number, number, number, number])[] = [
  [3, 5, 0.2, -1.9103268123731629, -0.16020631154361244],
  [0.5, 0.5, 0.001, -3.9052936169690375, -0.020340514397558013],
  [250, 251, 0.3, -46.36960077964765, -7.2767633839133377e-21],
  [40, 2, 0.1, -88.492485807117601, -3.7000000000000082e-39],
];

describe('the incomplete beta function', () => {
  it.each(TAILS)('has both tails of I(%f, %f, %f), the small one to its last digits', (a, b, x, lower, upper) => {
    const tails = incompleteBetaLogTails({ a, b, x });
    expect(tails.logLower / lower).toBeCloseTo(1, 13);
    expect(tails.logUpper / upper).toBeCloseTo(1, 11);
    const mirrored = incompleteBetaLogTails({ a: b, b: a, x: 1 - x, complement: x });
    expect(mirrored.logUpper / lower).toBeCloseTo(1, 13);
  });

  it('keeps its digits for a million trials', () => {
    // Continued fraction in 40-digit arithmetic.
    const { logLower, logUpper } = incompleteBetaLogTails({ a: 1e6, b: 2e6, x: 0.3325 });
    expect(Math.abs(logLower - -6.816423683046544)).toBeLessThan(1e-11);
    expect(Math.abs(logUpper / -0.0010962328960105478 - 1)).toBeLessThan(1e-11);
  });

  it('has a tail of 10^-3000 as a logarithm, where the probability is 0', () => {
    // P(X >= 10000) of 10000 trials at 1/2 is 2^-10000.
    const point = { a: 10_000, b: 1, x: 0.5 };
    expect(incompleteBeta(point)).toBe(0);
    expect(incompleteBetaLogTails(point).logLower).toBeCloseTo(-10_000 * Math.LN2, 8);
  });

  it('is 0 and 1 at its ends, and refuses what it is not defined for', () => {
    expect(incompleteBetaLogTails({ a: 2, b: 3, x: 0 })).toEqual({ logLower: -Infinity, logUpper: 0 });
    expect([incompleteBeta({ a: 2, b: 3, x: 0 }), incompleteBeta({ a: 2, b: 3, x: 1 })]).toEqual([0, 1]);
    expect(() => incompleteBeta({ a: 0, b: 1, x: 0.5 })).toThrow(RangeError);
    expect(() => incompleteBeta({ a: 1, b: 1, x: Number.NaN })).toThrow(RangeError);
  });
});
