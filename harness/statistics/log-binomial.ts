/**
 * ln of C(n, k) p^k (1 - p)^(n - k) for real 0 <= k <= n, with full relative accuracy of the probability for large n too.
 *
 * ln Gamma(n) of a large n is a large number, and the difference of three of them loses the digits of a probability. In the
 * saddle-point form every term is as small as the result: Stirling's rests, and the deviance of k from n p.
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000), the formulas.
 * @module
 */
import { log, logOnePlus } from './exponential.ts';
import { logBeta, stirlingRest } from './log-gamma.ts';

const LN_TWO_PI = 1.8378770664093453;
/** Below this share of their sum, k and its mean are close: the difference of logarithms is taken as a series. */
const CLOSE = 0.1;

/** @param q - 1 - p, passed in because it may be known to more digits than 1 - p has */
export function logBinomialTerm({ k, n, p, q }: { k: number; n: number; p: number; q: number }): number {
  const rest = n - k;
  if (p === 0) return k === 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (q === 0) return rest === 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (k === 0) return n * logOf(q, p);
  if (rest === 0) return n * logOf(p, q);
  const rests = stirlingRest(n) - stirlingRest(k) - stirlingRest(rest);
  return rests - deviance(k, n * p) - deviance(rest, n * q) + 0.5 * (log(n / (k * rest)) - LN_TWO_PI);
}

/** ln C(n, k) for real 0 <= k <= n. */
export function logChoose(n: number, k: number): number {
  if (k === 0 || k === n) return 0;
  return -logBeta(k + 1, n - k + 1) - log(n + 1);
}

/** ln(share), from its complement where that is the small one. */
const logOf = (share: number, complement: number): number => (complement < 0.5 ? logOnePlus(-complement) : log(share));

/** k ln(k / mean) + mean - k: 0 at k = mean, else positive; without cancellation near it. */
export function deviance(k: number, mean: number): number {
  const relative = (k - mean) / (k + mean);
  if (!(Math.abs(relative) < CLOSE)) return k * log(k / mean) + mean - k;
  const square = relative * relative;
  let term = 2 * k * relative;
  let total = (k - mean) * relative;
  for (let j = 3; ; j += 2) {
    term *= square;
    const next = total + term / j;
    if (next === total) return total;
    total = next;
  }
}
