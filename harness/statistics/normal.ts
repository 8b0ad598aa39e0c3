/**
 * The standard normal distribution: Phi, its upper tail, the logarithm of that, and the inverse of Phi.
 *
 * Error: below 1e-14 absolute; tails relative 1e-13. The inverse is slow (bisection); it is used a few times per interval.
 * Source: the series Phi(z) = 1/2 + phi(z) (z + z³/3 + z⁵/15 + ...) and the continued fraction of Mills' ratio.
 * @module
 */
import { exp, log } from './exponential.ts';

const HALF_LN_TWO_PI = 0.9189385332046728;
const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
/** Above: the fraction, which has no cancellation and needs fewer than FRACTION_TERMS terms from here on. */
const SERIES_UP_TO = 1;
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
  const tail = density / inverseMillsRatio(Math.abs(z));
  return z < 0 ? tail : 1 - tail;
}

/** P(Z > z), with its digits where it is small. */
export const normalUpperTail = (z: number): number => normalCdf(-z);

/** ln P(Z > z): finite where the tail itself is below every double. */
export function logNormalUpperTail(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  if (!(z > SERIES_UP_TO)) return log(normalCdf(-z));
  return -0.5 * z * z - HALF_LN_TWO_PI - log(inverseMillsRatio(z));
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

/** phi(z)/P(Z > z) = z + 1/(z + 2/(z + 3/(z + ...))) for z > 0. */
function inverseMillsRatio(z: number): number {
  let fraction = z;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = z + k / fraction;
  return fraction;
}
