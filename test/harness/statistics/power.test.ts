import { describe, expect, it } from 'vitest';
import {
  detectionProbability,
  noncentralTCdf,
  normalCdf,
  studentTUpperTail,
  tTestSampleSize,
  zTestSampleSize,
} from '../../../harness/statistics/index.ts';

/** P(T <= t) as the integral of Phi(t sqrt(u/v) - δ) over the chi-square density of u, by Simpson's rule in sqrt(u). */
function byIntegral(t: number, v: number, delta: number): number {
  const steps = 20_000;
  const end = Math.sqrt(v) + 14;
  // s = sqrt(u): density 2^(1 - v/2) s^(v - 1) e^(-s²/2)/Γ(v/2)
  let logGammaHalf = 0;
  for (let a = v / 2; a > 1; a--) logGammaHalf += Math.log(a - 1);
  if (v % 2 === 1) logGammaHalf += Math.log(Math.sqrt(Math.PI)); // Γ(1/2)
  const f = (s: number): number =>
    s === 0
      ? 0
      : normalCdf((t * s) / Math.sqrt(v) - delta) *
        Math.exp((1 - v / 2) * Math.LN2 + (v - 1) * Math.log(s) - (s * s) / 2 - logGammaHalf);
  let total = f(0) + f(end);
  for (let i = 1; i < steps; i++) total += f((i * end) / steps) * (i % 2 === 0 ? 2 : 4);
  return (total * end) / steps / 3;
}

describe('the noncentral t distribution', () => {
  it.each([
    [2, 10, 1],
    [1.97, 40, 2.8],
    [-1.5, 20, 0.7],
    [3, 61, -2],
    [0.4, 4, 6],
  ])('at t = %f with %i degrees of freedom and δ = %f is the integral over the chi distribution', (t, df, delta) => {
    const got = noncentralTCdf({ t, degreesOfFreedom: df, noncentrality: delta });
    expect(Math.abs(got - byIntegral(t, df, delta))).toBeLessThan(1e-11);
  });

  it('is Student without an effect, and Phi(-δ) at 0', () => {
    for (const t of [-2, -0.1, 0.7, 3]) {
      const central = noncentralTCdf({ t, degreesOfFreedom: 7.5, noncentrality: 0 });
      expect(central).toBeCloseTo(1 - studentTUpperTail(t, 7.5), 14);
    }
    expect(noncentralTCdf({ t: 0, degreesOfFreedom: 3, noncentrality: 1.2 })).toBe(normalCdf(-1.2));
    expect(() => noncentralTCdf({ t: 0, degreesOfFreedom: 0, noncentrality: 1 })).toThrow(RangeError);
  });
});

describe('sample sizes', () => {
  it('finds the plan of the specification: about 390 per arm for a difference of 10 points near 50 %', () => {
    const n = zTestSampleSize({ effect: 0.1 / 0.5, alpha: 0.05, power: 0.8, sides: 2 });
    expect(n).toBeGreaterThan(385);
    expect(n).toBeLessThan(400);
  });

  it('needs more for a smaller effect, a smaller alpha, more power; and the t test a little more than z', () => {
    const base = { effect: 0.4, alpha: 0.05, power: 0.8, sides: 2 } as const;
    const n = tTestSampleSize(base);
    expect(tTestSampleSize({ ...base, effect: 0.3 })).toBeGreaterThan(n);
    expect(tTestSampleSize({ ...base, alpha: 0.01 })).toBeGreaterThan(n);
    expect(tTestSampleSize({ ...base, power: 0.9 })).toBeGreaterThan(n);
    expect(tTestSampleSize({ ...base, sides: 1 })).toBeLessThan(n);
    expect(n - zTestSampleSize(base)).toBeGreaterThan(0.5);
    expect(n - zTestSampleSize(base)).toBeLessThan(2);
    expect(tTestSampleSize({ ...base, effect: -0.4 })).toBe(n);
  });

  it('finds a leak of rate r with probability 1 - (1 - r)^n', () => {
    expect(detectionProbability({ rate: 0.01, trials: 299 })).toBeGreaterThanOrEqual(0.95);
    expect(detectionProbability({ rate: 0.01, trials: 298 })).toBeLessThan(0.95);
    expect([detectionProbability({ rate: 1, trials: 1 }), detectionProbability({ rate: 1, trials: 0 })]).toEqual([
      1, 0,
    ]);
    expect(detectionProbability({ rate: 0, trials: 10 })).toBe(0);
    expect(() => detectionProbability({ rate: 2, trials: 1 })).toThrow(RangeError);
    expect(() => zTestSampleSize({ effect: 0, alpha: 0.05, power: 0.8, sides: 2 })).toThrow(RangeError);
  });
});
