/**
 * The difference p1 - p2 of two independent proportions: intervals and z statistics.
 *
 *   Newcombe            d - sqrt((p1 - l1)² + (u2 - p2)²)  to  d + sqrt((u1 - p1)² + (p2 - l2)²);  l, u: Wilson limits
 *   Miettinen-Nurminen  all Δ with |z(Δ)| <= z;  z(Δ) = (d - Δ) / sqrt((P1 (1 - P1)/n1 + P2 (1 - P2)/n2) N/(N - 1)),
 *                       P1 = P2 + Δ the most likely proportions whose difference is Δ
 *   Wald                z(Δ) = (d - Δ) / sqrt(p1 (1 - p1)/n1 + p2 (1 - p2)/n2)
 *
 * The constrained P2 is the root of a cubic; here it is the zero of the score, which falls over the whole range of P2, so that
 * bisection finds it and there is no coefficient to get wrong (8.3 names a program that has one wrong).
 * Source: leakage-and-statistics.md 6.2; Newcombe (1998) method 10; Miettinen and Nurminen (1985); golden: tost.json.
 * @module
 */
import { normalQuantile } from './normal.ts';
import { wilson } from './proportion-intervals.ts';
import { assertCounts, type Interval } from './proportion.ts';

/** k of n in two independent groups. */
export interface TwoProportions {
  readonly successes1: number;
  readonly trials1: number;
  readonly successes2: number;
  readonly trials2: number;
}

/** Enough to reach two neighbouring doubles from an interval of length 2. */
const BISECTIONS = 200;

/** @param confidence - 0 .. 1, two-sided */
export function newcombe(counts: TwoProportions, confidence: number): Interval {
  const { successes1, trials1, successes2, trials2 } = counts;
  const first = wilson({ successes: successes1, trials: trials1, confidence });
  const second = wilson({ successes: successes2, trials: trials2, confidence });
  const [p1, p2] = [successes1 / trials1, successes2 / trials2];
  const difference = p1 - p2;
  return {
    low: difference - hypotenuse(p1 - first.low, second.high - p2),
    high: difference + hypotenuse(first.high - p1, p2 - second.low),
  };
}

/** @param confidence - 0 .. 1, two-sided */
export function miettinenNurminen(counts: TwoProportions, confidence: number): Interval {
  assertTwo(counts, confidence);
  const z = normalQuantile((1 + confidence) / 2);
  const difference = counts.successes1 / counts.trials1 - counts.successes2 / counts.trials2;
  return {
    low: lastWhere(difference, -1, (delta) => scoreZ(counts, delta) <= z),
    high: lastWhere(difference, 1, (delta) => scoreZ(counts, delta) >= -z),
  };
}

/** z of H0 "p1 - p2 = delta" with the variance under H0; the score test of Miettinen and Nurminen. */
export function scoreZ(counts: TwoProportions, delta: number): number {
  const { successes1, trials1, successes2, trials2 } = counts;
  const p2 = constrainedSecond(counts, delta);
  const p1 = p2 + delta;
  const total = trials1 + trials2;
  const variance = ((p1 * (1 - p1)) / trials1 + (p2 * (1 - p2)) / trials2) * (total / (total - 1));
  return ratio(successes1 / trials1 - successes2 / trials2 - delta, variance);
}

/** z of H0 "p1 - p2 = delta" with the variance of the observed proportions. */
export function waldZ({ successes1, trials1, successes2, trials2 }: TwoProportions, delta: number): number {
  const [p1, p2] = [successes1 / trials1, successes2 / trials2];
  return ratio(p1 - p2 - delta, (p1 * (1 - p1)) / trials1 + (p2 * (1 - p2)) / trials2);
}

/** The most likely p2 when p1 = p2 + delta. */
function constrainedSecond({ successes1, trials1, successes2, trials2 }: TwoProportions, delta: number): number {
  let low = Math.max(0, -delta);
  let high = Math.min(1, 1 - delta);
  for (let i = 0; i < BISECTIONS; i++) {
    const p2 = low + (high - low) / 2;
    if (p2 <= low || p2 >= high) break;
    const p1 = p2 + delta;
    const slope =
      pull(successes1, p1) -
      pull(trials1 - successes1, 1 - p1) +
      pull(successes2, p2) -
      pull(trials2 - successes2, 1 - p2);
    if (slope > 0) low = p2;
    else high = p2;
  }
  return low + (high - low) / 2;
}

/** count / probability, where nothing seen does not pull even at probability 0. */
const pull = (count: number, probability: number): number => (count === 0 ? 0 : count / probability);

/** A difference of 0 with variance 0 is no evidence; another difference with variance 0 is all of it. */
function ratio(difference: number, variance: number): number {
  if (difference === 0) return 0;
  return difference / Math.sqrt(Math.max(variance, 0));
}

/** The farthest point from `from` towards `to` where a condition holds that holds at `from` and, once lost, stays lost. */
function lastWhere(from: number, to: number, holds: (point: number) => boolean): number {
  if (holds(to)) return to;
  let inside = from;
  let outside = to;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = inside + (outside - inside) / 2;
    if (middle === inside || middle === outside) break;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

const hypotenuse = (a: number, b: number): number => Math.sqrt(a * a + b * b);

function assertTwo({ successes1, trials1, successes2, trials2 }: TwoProportions, confidence: number): void {
  assertCounts({ successes: successes1, trials: trials1, confidence });
  assertCounts({ successes: successes2, trials: trials2, confidence });
}
