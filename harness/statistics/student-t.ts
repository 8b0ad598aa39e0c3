/**
 * Student's t and Fisher's F distributions, by the incomplete beta function.
 *
 *   P(T > t) = I_{v/(v + t²)}(v/2, 1/2) / 2   for t >= 0
 *   P(F > f) = I_{d2/(d2 + d1 f)}(d2/2, d1/2)
 *
 * Degrees of freedom may be fractions (Welch). Upper tails keep their relative accuracy; a lower tail is the upper tail of -t.
 * Source: Abramowitz and Stegun 26.7.1, 26.6.2; golden: tost.json, classical_tests.json, factorial_anova.json.
 * @module
 */
import { exp } from './exponential.ts';
import { incompleteBetaLogTails } from './incomplete-beta.ts';

/** Bisection steps from an interval of powers of two to neighbouring doubles. */
const BISECTIONS_MAX = 2200;

/** P(T > t). */
export function studentTUpperTail(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t) || !(degreesOfFreedom > 0)) {
    throw new RangeError(`studentT: expected a number and degrees of freedom > 0, got ${t} and ${degreesOfFreedom}`);
  }
  if (!Number.isFinite(t)) return t > 0 ? 0 : 1;
  const total = degreesOfFreedom + t * t;
  const point = { a: degreesOfFreedom / 2, b: 0.5, x: degreesOfFreedom / total, complement: (t * t) / total };
  const half = 0.5 * exp(incompleteBetaLogTails(point).logLower);
  return t >= 0 ? half : 1 - half;
}

/** P(|T| > |t|). */
export const studentTTwoSided = (t: number, degreesOfFreedom: number): number =>
  2 * studentTUpperTail(Math.abs(t), degreesOfFreedom);

/** The t with P(T > t) = p. @param p - inside 0 .. 1 */
export function studentTUpperQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`studentT: expected p inside 0..1, got ${p}`);
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentTUpperQuantile(1 - p, degreesOfFreedom);
  let low = 0;
  let high = 1;
  while (studentTUpperTail(high, degreesOfFreedom) > p) high *= 2;
  for (let i = 0; i < BISECTIONS_MAX; i++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (studentTUpperTail(middle, degreesOfFreedom) > p) low = middle;
    else high = middle;
  }
  return high;
}

/** P(F > f). */
export function fUpperTail({ f, df1, df2 }: { f: number; df1: number; df2: number }): number {
  if (!(f >= 0) || !(df1 > 0) || !(df2 > 0)) {
    throw new RangeError(`F: expected f >= 0 and degrees of freedom > 0, got ${f}, ${df1}, ${df2}`);
  }
  if (f === Number.POSITIVE_INFINITY) return 0;
  const total = df2 + df1 * f;
  const point = { a: df2 / 2, b: df1 / 2, x: df2 / total, complement: (df1 * f) / total };
  return exp(incompleteBetaLogTails(point).logLower);
}
