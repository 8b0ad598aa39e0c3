/**
 * arctan and the angle of a proportion, from basic operations alone, so that their bits are the same on every runtime.
 *
 * arctan(x) = 2 arctan(x/(1 + sqrt(1 + x²))) three times, then Taylor's series; for |x| > 1 the complement of arctan(1/x).
 * Error: a few ulps.
 * @module
 */

const HALF_PI = 1.5707963267948966;
/** The angle is halved three times, and the result doubled three times. */
const HALVINGS = 3;
const DOUBLED = 8;

export function arctangent(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return -arctangent(-x);
  if (x > 1) return HALF_PI - arctangent(1 / x);
  let reduced = x;
  for (let i = 0; i < HALVINGS; i++) reduced /= 1 + Math.sqrt(1 + reduced * reduced);
  // reduced <= tan(pi/32): 12 terms are below 2^-53
  const square = reduced * reduced;
  let series = 0;
  for (let k = 12; k >= 0; k--) series = (k % 2 === 0 ? 1 : -1) / (2 * k + 1) + square * series;
  return reduced * series * DOUBLED;
}

/** 2 arcsin(sqrt p): its variance is 1/n for every proportion. @param p - 0 .. 1 */
export function proportionAngle(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`proportionAngle: expected a proportion in 0..1, got ${p}`);
  return 2 * arctangent(Math.sqrt(p / (1 - p)));
}
