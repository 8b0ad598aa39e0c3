/**
 * ln Gamma(x) for x > 0, by Stirling's series after a shift to x >= 15; ln B(a, b) without the cancellation of three of them.
 *
 * Error: below 1e-13 for x <= 100, relative 1e-15 above. Source: Abramowitz and Stegun 6.1.41; for B the leading terms of
 * Stirling's formula are subtracted by hand, so that no number larger than the result is left.
 * @module
 */
import { log, logOnePlus } from './exponential.ts';

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
  const value = (shifted - 0.5) * log(shifted) - shifted + HALF_LN_TWO_PI + stirlingSeries(shifted);
  return value - log(product);
}

/** What Stirling's formula leaves out: ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi)/2); x > 0. */
export function stirlingRest(x: number): number {
  return x >= SHIFT_TO ? stirlingSeries(x) : logGamma(x) - ((x - 0.5) * log(x) - x + HALF_LN_TWO_PI);
}

/** ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b). */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < SHIFT_TO) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const rests = stirlingRest(large) - stirlingRest(a + b);
  const shareOfLarge = (large - 0.5) * logOnePlus(-small / (a + b));
  if (small < SHIFT_TO) return logGamma(small) + small + rests + shareOfLarge - small * log(a + b);
  return (
    HALF_LN_TWO_PI +
    stirlingRest(small) +
    rests +
    (small - 0.5) * log(small / (a + b)) +
    shareOfLarge -
    0.5 * log(a + b)
  );
}

function stirlingSeries(x: number): number {
  const inverse = 1 / x;
  const inverseSquare = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * inverseSquare + STIRLING[k];
  return series * inverse;
}
