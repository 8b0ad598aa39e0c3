/**
 * Log-probabilities of a row of logits, and the distances between two rows, in float64.
 *
 * Sums run left to right. The largest logit is subtracted first, so that nothing overflows.
 * @module
 */
import { exp, log } from './exponential.ts';

/** Natural-log probabilities and probabilities of one row; scratch space that its owner reuses. */
export interface Distribution {
  /** [vocab] nats, <= 0 */
  readonly logProbs: Float64Array;
  /** [vocab] 0 .. 1 */
  readonly probs: Float64Array;
}

export function createDistribution(vocab: number): Distribution {
  return { logProbs: new Float64Array(vocab), probs: new Float64Array(vocab) };
}

/**
 * Fills `out` from logits; -Infinity (a masked token) has probability 0.
 *
 * @param logits - [vocab]
 * @returns false when there is no distribution: a NaN or +Infinity, or every logit -Infinity. `out` is then undefined.
 */
export function logSoftmax(logits: ArrayLike<number>, out: Distribution): boolean {
  const { logProbs, probs } = out;
  const vocab = logits.length;
  if (vocab === 0 || logProbs.length !== vocab) {
    throw new RangeError(`logSoftmax: expected ${logProbs.length} logits (> 0), got ${vocab}`);
  }
  const largest = logits[largestIndex(logits)];
  if (!Number.isFinite(largest)) return false;
  let total = 0;
  for (let i = 0; i < vocab; i++) {
    const weight = exp(logits[i] - largest);
    probs[i] = weight;
    total += weight;
  }
  if (Number.isNaN(total)) return false;
  const logTotal = log(total);
  for (let i = 0; i < vocab; i++) {
    logProbs[i] = logits[i] - largest - logTotal;
    probs[i] /= total;
  }
  return true;
}

/**
 * KL(p || q) in nats.
 *
 * Mathematically never negative; rounding can make the sum a tiny negative number, which is clamped to 0.
 * Infinity when q gives probability 0 to a token that p can produce.
 */
export function klNats(p: Distribution, q: Distribution): number {
  let total = 0;
  for (let i = 0; i < p.probs.length; i++) {
    const probability = p.probs[i];
    // 0 * (-Infinity - x) is NaN; the limit is 0.
    if (probability > 0) total += probability * (p.logProbs[i] - q.logProbs[i]);
  }
  return total > 0 ? total : 0;
}

/** The largest |p - q| of the log-probabilities; tokens masked in both count as equal. Infinity when masked in one only. */
export function maxAbsLogprobDiff(p: Distribution, q: Distribution): number {
  let largest = 0;
  for (let i = 0; i < p.logProbs.length; i++) {
    const a = p.logProbs[i];
    const b = q.logProbs[i];
    if (a === b) continue;
    const difference = Math.abs(a - b);
    if (difference > largest) largest = difference;
  }
  return largest;
}

/** Index of the largest value; the lowest index wins a tie. NaN never wins. */
export function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i] > values[best] || Number.isNaN(values[best])) best = i;
  }
  return best;
}
