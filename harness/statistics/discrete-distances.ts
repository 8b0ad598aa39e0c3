/**
 * Distances of two discrete distributions, given as weights over the same categories; they are scaled to sum to 1.
 *
 *   TVD = sum |p - q|/2;  KL = sum p ln(p/q) nats;  Jensen-Shannon distance = sqrt(JSD in bits);
 *   Hellinger = sqrt(sum (sqrt p - sqrt q)²/2);  entropy = -sum p log2 p bits
 *
 * KL is infinite where q is 0 and p is not; the others are finite. All but KL are symmetric metrics within 0 .. 1.
 * Source: leakage-and-statistics.md 8.2; golden: distances_discrete.json.
 * @module
 */
import { log } from './exponential.ts';

export function totalVariation(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const { p, q } = sharesOf(first, second);
  let total = 0;
  for (let i = 0; i < p.length; i++) total += Math.abs(p[i] - q[i]);
  return total / 2;
}

/** KL(p || q) in nats, clamped at 0 from below. */
export function klDivergenceNats(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const { p, q } = sharesOf(first, second);
  return divergence(p, q);
}

/** The square root of the Jensen-Shannon divergence in bits. */
export function jensenShannonDistance(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const { p, q } = sharesOf(first, second);
  const middle = p.map((value, i) => (value + q[i]) / 2);
  return Math.sqrt((divergence(p, middle) + divergence(q, middle)) / (2 * Math.LN2));
}

export function hellinger(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const { p, q } = sharesOf(first, second);
  let total = 0;
  for (let i = 0; i < p.length; i++) {
    const difference = Math.sqrt(p[i]) - Math.sqrt(q[i]);
    total += difference * difference;
  }
  return Math.sqrt(total / 2);
}

export function entropyBits(weights: ArrayLike<number>): number {
  let total = 0;
  for (const share of scaled(weights)) if (share > 0) total -= share * log(share);
  return total / Math.LN2;
}

function divergence(p: Float64Array, q: Float64Array): number {
  let total = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i] === 0) continue;
    if (q[i] === 0) return Number.POSITIVE_INFINITY;
    total += p[i] * log(p[i] / q[i]);
  }
  return Math.max(0, total);
}

function sharesOf(first: ArrayLike<number>, second: ArrayLike<number>): { p: Float64Array; q: Float64Array } {
  if (first.length !== second.length) {
    throw new RangeError(`discrete distance: expected the same categories, got ${first.length} and ${second.length}`);
  }
  return { p: scaled(first), q: scaled(second) };
}

function scaled(weights: ArrayLike<number>): Float64Array {
  const shares = Float64Array.from(weights);
  let total = 0;
  for (const weight of shares) {
    if (!(weight >= 0)) throw new RangeError(`discrete distribution: expected weights >= 0, got ${weight}`);
    total += weight;
  }
  if (!(total > 0) || total === Number.POSITIVE_INFINITY) {
    throw new RangeError(`discrete distribution: expected a positive finite sum of weights, got ${total}`);
  }
  return shares.map((weight) => weight / total);
}
