/**
 * The regularised upper incomplete gamma function Q(a, x), and the upper tail of chi-square: Q(df/2, x/2).
 *
 * Error: relative, below 1e-12 (1e-11 for a above 1e4). Source: Abramowitz and Stegun 6.5.29 (series, x < a + 1) and 6.5.31 (continued
 * fraction by the modified Lentz method); golden: classical_tests.json.
 * @module
 */
import { exp, log } from './exponential.ts';
import { deviance } from './log-binomial.ts';
import { stirlingRest } from './log-gamma.ts';

const LN_TWO_PI = 1.8378770664093453;
const EPSILON = 2 ** -53;
const TERMS_MAX = 100_000;

/** Q(a, x); a > 0, x >= 0. */
export function incompleteGammaUpper(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) throw new RangeError(`incompleteGamma: expected a > 0 and x >= 0, got ${a} and ${x}`);
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  // x^a e^-x / Gamma(a), in the saddle-point form: no term is larger than the result
  const front = exp(0.5 * (log(a) - LN_TWO_PI) - deviance(a, x) - stirlingRest(a));
  if (x >= a + 1) return front * continuedFraction(a, x);
  let term = 1 / a;
  let total = term;
  for (let n = 1; n < TERMS_MAX && term > total * EPSILON; n++) {
    term *= x / (a + n);
    total += term;
  }
  return 1 - front * total;
}

/** P(chi-square > x). */
export const chiSquareUpperTail = (x: number, degreesOfFreedom: number): number =>
  incompleteGammaUpper(degreesOfFreedom / 2, x / 2);

/** 1/(x + 1 - a - 1 (1 - a)/(x + 3 - a - ...)), all terms positive for x > a. */
function continuedFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < TERMS_MAX; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) <= 2 * EPSILON) break;
  }
  return fraction;
}
