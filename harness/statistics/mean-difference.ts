/**
 * The difference of two means with its standard error and degrees of freedom: what t tests, t intervals and TOST are made of.
 *
 *   Welch   se² = s1²/n1 + s2²/n2,  df = se⁴ / ((s1²/n1)²/(n1 - 1) + (s2²/n2)²/(n2 - 1))   (Satterthwaite)
 *   pooled  se² = s² (1/n1 + 1/n2),  s² = ((n1 - 1) s1² + (n2 - 1) s2²)/df,  df = n1 + n2 - 2
 *   paired  se² = s²/n of the differences,  df = n - 1
 *
 * Source: Welch (1947); golden: tost.json, classical_tests.json.
 * @module
 */
import type { Interval } from './proportion.ts';
import { mean } from './quantile.ts';
import { studentTTwoSided, studentTUpperQuantile } from './student-t.ts';

export interface MeanDifference {
  readonly difference: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/** mean(x) - mean(y); the variances may differ. */
export function welchDifference(x: ArrayLike<number>, y: ArrayLike<number>): MeanDifference {
  const [a, b] = [momentsOf(x), momentsOf(y)];
  const [va, vb] = [a.variance / a.count, b.variance / b.count];
  const degreesOfFreedom = ((va + vb) * (va + vb)) / ((va * va) / (a.count - 1) + (vb * vb) / (b.count - 1));
  return {
    difference: a.mean - b.mean,
    standardError: Math.sqrt(va + vb),
    // Without spread the formula has no value, and every t is 0 or infinite: any number of degrees serves.
    degreesOfFreedom: Number.isNaN(degreesOfFreedom) ? a.count + b.count - 2 : degreesOfFreedom,
  };
}

/** mean(x) - mean(y); one common variance. */
export function pooledDifference(x: ArrayLike<number>, y: ArrayLike<number>): MeanDifference {
  const [a, b] = [momentsOf(x), momentsOf(y)];
  const degreesOfFreedom = a.count + b.count - 2;
  const pooled = ((a.count - 1) * a.variance + (b.count - 1) * b.variance) / degreesOfFreedom;
  return {
    difference: a.mean - b.mean,
    standardError: Math.sqrt(pooled * (1 / a.count + 1 / b.count)),
    degreesOfFreedom,
  };
}

/** The mean of paired differences. */
export function pairedDifference(differences: ArrayLike<number>): MeanDifference {
  const { mean: difference, variance, count } = momentsOf(differences);
  return { difference, standardError: Math.sqrt(variance / count), degreesOfFreedom: count - 1 };
}

/** H0: the difference is 0; two-sided. */
export function tTest({ difference, standardError, degreesOfFreedom }: MeanDifference): { t: number; p: number } {
  const t = tStatistic(difference, standardError);
  return { t, p: studentTTwoSided(t, degreesOfFreedom) };
}

export function tInterval(
  { difference, standardError, degreesOfFreedom }: MeanDifference,
  confidence: number,
): Interval {
  const half = studentTUpperQuantile((1 - confidence) / 2, degreesOfFreedom) * standardError;
  return { low: difference - half, high: difference + half };
}

/** distance / error; a distance of 0 shows nothing, whatever the error. */
export const tStatistic = (distance: number, error: number): number => (distance === 0 ? 0 : distance / error);

function momentsOf(values: ArrayLike<number>): { count: number; mean: number; variance: number } {
  if (values.length < 2) throw new RangeError(`mean difference: expected at least two values, got ${values.length}`);
  const centre = mean(values);
  if (!Number.isFinite(centre)) throw new RangeError('mean difference: expected finite values');
  return { count: values.length, mean: centre, variance: sampleVariance(values) };
}

/** Variance with n - 1 in the denominator. */
export function sampleVariance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) * (values[i] - centre);
  return squares / (values.length - 1);
}
