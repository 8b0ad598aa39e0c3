/**
 * Hedged capital: an e-process for the mean of values in [0, 1]; two gamblers bet on a larger and on a smaller mean.
 *
 *   lambda = sqrt(2 ln(2/alpha) / (var(t-1) t ln(t + 1))),  var(0) = .25
 *   K+ = K+ (1 + min(lambda, .5/m)(x - m));  K- = K- (1 - min(lambda, .5/(1 - m))(x - m));  capital = max(K+/2, K-/2)
 *   mu(t) = (1/2 + sum x)/(t + 1);  var(t) = (1/4 + sum (x(i) - mu(i))²)/(t + 1)
 *
 * Reject "the mean is m" as soon as the capital is >= 1/alpha, at any time.
 * Source: leakage-and-statistics.md 6.4; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting";
 * golden: sequential.json.
 * @module
 */
import { log } from './exponential.ts';

/**
 * @param values - 0 .. 1, in the order in which they were observed
 * @param mean - under H0, inside 0 .. 1
 * @returns the capital after each value
 * @throws RangeError for a value outside 0 .. 1, or a mean or alpha not inside it
 */
export function hedgedCapital(
  values: ArrayLike<number>,
  { mean, alpha }: { mean: number; alpha: number },
): Float64Array {
  if (!(mean > 0 && mean < 1) || !(alpha > 0 && alpha < 1)) {
    throw new RangeError(`hedgedCapital: expected mean and alpha inside 0..1, got ${mean} and ${alpha}`);
  }
  const capital = new Float64Array(values.length);
  let up = 1;
  let down = 1;
  let sum = 0;
  let squares = 0;
  let variance = 0.25;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (!(x >= 0 && x <= 1)) throw new RangeError(`hedgedCapital: expected values in 0..1, got ${x} at ${i}`);
    const t = i + 1;
    const bet = Math.sqrt((2 * log(2 / alpha)) / (variance * t * log(t + 1)));
    up *= 1 + Math.min(bet, 0.5 / mean) * (x - mean);
    down *= 1 - Math.min(bet, 0.5 / (1 - mean)) * (x - mean);
    capital[i] = Math.max(0.5 * up, 0.5 * down);
    sum += x;
    const centre = (0.5 + sum) / (t + 1);
    squares += (x - centre) * (x - centre);
    variance = (0.25 + squares) / (t + 1);
  }
  return capital;
}
