import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exp, log, logOneMinusExp, logOnePlus, oneMinusExp } from '../../../harness/statistics/index.ts';

/** Correctly rounded values: Python's decimal module with 60 digits. */
const EXP: readonly (readonly [number, number])[] = [
  [1, 2.718281828459045],
  [-1, 0.36787944117144233],
  [0.5, 1.6487212707001282],
  [-0.5, 0.6065306597126334],
  [1e-10, 1.0000000001],
  [-0.001, 0.999000499833375],
  [10.25, 28282.541920334977],
  [-30.7, 4.646858044746973e-14],
  [300.1, 2.1467131625231985e130],
  [-700.3, 7.304228033645715e-305],
  [709.7, 1.6549840276802644e308],
  [-740.2, 3.4e-322],
];
const LOG: readonly (readonly [number, number])[] = [
  [2, 0.6931471805599453],
  [0.5, -0.6931471805599453],
  [1.5, 0.4054651081081644],
  [0.05, -2.995732273553991],
  [1e-300, -690.7755278982137],
  [1e300, 690.7755278982137],
  [3.141592653589793, 1.1447298858494002],
  [0.9999999, -1.0000000494736474e-7],
  [1.0000001, 9.999999505838704e-8],
  [5e-324, -744.4400719213812],
  [1234.5678, 7.118476228297786],
];

/** mpmath, 60 digits. */
const LOG_ONE_PLUS: readonly (readonly [number, number])[] = [
  [1e-17, 1e-17],
  [-1e-9, -1.0000000005000001e-9],
  [1e-5, 9.9999500003333317e-6],
  [0.3, 0.26236426446749104],
  [-0.9, -2.3025850929940459],
  [5, 1.791759469228055],
  [1e300, 690.77552789821371],
];

const ulp = (x: number): number => Math.max(Math.abs(x) * 2 ** -52, 5e-324);

describe('exp and log of the statistics room', () => {
  it.each(EXP)('exp(%f) is within one ulp of the correctly rounded value', (x, expected) => {
    expect(Math.abs(exp(x) - expected)).toBeLessThanOrEqual(ulp(expected));
  });

  it.each(LOG)('log(%f) is within one ulp of the correctly rounded value', (x, expected) => {
    expect(Math.abs(log(x) - expected)).toBeLessThanOrEqual(ulp(expected));
  });

  it('has exact ends: zero, infinities, NaN, overflow and underflow', () => {
    expect([exp(0), exp(Number.NEGATIVE_INFINITY), exp(Number.POSITIVE_INFINITY), exp(800), exp(-800)]).toEqual([
      1,
      0,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect([log(1), log(0), log(Number.POSITIVE_INFINITY)]).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect([exp(Number.NaN), log(Number.NaN), log(-1)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('stays within two ulps of the platform on a grid over the whole range', () => {
    let worst = 0;
    for (let i = 0; i < 200_000; i++) {
      const x = -708 + (i * 1417) / 200_000;
      worst = Math.max(worst, Math.abs(exp(x) - Math.exp(x)) / ulp(Math.exp(x)));
      const y = Math.exp(x) * (1 + i / 1e6);
      worst = Math.max(worst, Math.abs(log(y) - Math.log(y)) / ulp(Math.log(y)));
    }
    expect(worst).toBeLessThanOrEqual(2);
  });

  it('gives the same bytes on every runtime: the digest of a grid is fixed', () => {
    const grid = Float64Array.from({ length: 4096 }, (_, i) => exp(-745 + i * 0.35));
    const logs = Float64Array.from({ length: 4096 }, (_, i) => log((i + 1) * 0.0137));
    const digest = (values: Float64Array): string =>
      createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);
    expect([digest(grid), digest(logs)]).toEqual(['9b5b91e8188515b9', '2eb4392009781a1b']);
  });

  it('keeps the digits of 1 - exp(x) near zero', () => {
    expect(oneMinusExp(-1e-12)).toBeCloseTo(9.999999999995e-13, 27);
    expect(oneMinusExp(0)).toBe(0);
    expect(oneMinusExp(-2)).toBeCloseTo(0.8646647167633873, 15);
  });

  it.each(LOG_ONE_PLUS)('ln(1 + %f) keeps its digits', (x, expected) => {
    expect(Math.abs(logOnePlus(x) - expected)).toBeLessThanOrEqual(2 * ulp(expected));
  });

  it('keeps the digits of ln(1 - exp(x)) at both ends', () => {
    expect(logOneMinusExp(-1e-12)).toBeCloseTo(Math.log(1e-12), 11);
    expect(logOneMinusExp(-100) / -Math.exp(-100)).toBeCloseTo(1, 14);
    expect([logOneMinusExp(0), logOneMinusExp(-800), logOnePlus(-1)]).toEqual([-Infinity, 0, -Infinity]);
  });
});
