/**
 * The standard normal distribution: Phi and its inverse.
 *
 * Error: below 1e-14 absolute. Slow (bisection); it is used a few times per interval.
 * Source: the series Phi(z) = 1/2 + phi(z) (z + z³/3 + z⁵/15 + ...) and the continued fraction of Mills' ratio.
 * @module
 */
import { exp } from './exponential.ts';

const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
const SERIES_UP_TO = 3;
const FRACTION_TERMS = 200;
/** Phi(-38.5) is below the smallest double. */
const Z_MAX = 38.5;

/** P(Z <= z) of a standard normal Z. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return z;
  if (Math.abs(z) > Z_MAX) return z < 0 ? 0 : 1;
  const density = INVERSE_SQRT_TWO_PI * exp(-0.5 * z * z);
  if (Math.abs(z) <= SERIES_UP_TO) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > Math.abs(sum) * 1e-17; k += 2) {
      term = (term * z * z) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  const distance = Math.abs(z);
  let fraction = distance;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = distance + k / fraction;
  const tail = density / fraction;
  return z < 0 ? tail : 1 - tail;
}

/**
 * The z with Phi(z) = p.
 *
 * @param p - 0 .. 1; 0 and 1 give -Infinity and Infinity
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile: expected p in 0..1, got ${p}`);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p === 0.5) return 0;
  let low = -Z_MAX;
  let high = Z_MAX;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return high;
}
