/**
 * Equivalence: two one-sided tests (TOST). H0: the difference is outside low .. high; a small p shows that it is inside.
 *
 *   p = max(P(T > t_low), P(T < t_high)),   t_low = (d - low)/se,  t_high = (d - high)/se
 *
 * ALWAYS the larger of the two p-values: both sides must be excluded. The test at alpha passes exactly when the (1 - 2 alpha)
 * interval lies inside the bounds.
 *
 *   means: Welch, pooled or paired (mean-difference.ts), Student's t
 *   proportions: score (variance under H0) or Wald, normal
 *   AUC: normal, DeLong's variance
 *
 * Source: leakage-and-statistics.md 4.5, 6.1, 6.2, trap 11; golden: tost.json (whose p for proportions is the smaller one).
 * @module
 */
import { aucOf } from './mann-whitney.ts';
import { tStatistic, type MeanDifference } from './mean-difference.ts';
import { normalUpperTail } from './normal.ts';
import { scoreZ, waldZ, type TwoProportions } from './proportion-difference.ts';
import { delongVariance } from './roc.ts';
import { studentTUpperTail } from './student-t.ts';

/** The region of equivalence; its ends belong to H0. */
export interface EquivalenceBounds {
  readonly low: number;
  readonly high: number;
}

export interface Equivalence {
  /** max(pLow, pHigh): the one to decide on. */
  readonly p: number;
  /** H0: the difference is at most `low`. */
  readonly pLow: number;
  /** H0: the difference is at least `high`. */
  readonly pHigh: number;
}

export interface MeanEquivalence extends Equivalence {
  readonly tLow: number;
  readonly tHigh: number;
}

/** A difference of means within the bounds. */
export function tostMean(
  { difference, standardError, degreesOfFreedom }: MeanDifference,
  bounds: EquivalenceBounds,
): MeanEquivalence {
  assertBounds(bounds);
  const tLow = tStatistic(difference - bounds.low, standardError);
  const tHigh = tStatistic(difference - bounds.high, standardError);
  const pLow = studentTUpperTail(tLow, degreesOfFreedom);
  const pHigh = studentTUpperTail(-tHigh, degreesOfFreedom);
  return { ...larger(pLow, pHigh), tLow, tHigh };
}

/** p1 - p2 within the bounds. */
export function tostProportions(
  counts: TwoProportions,
  bounds: EquivalenceBounds,
  method: 'score' | 'wald',
): Equivalence {
  assertBounds(bounds);
  const zOf = method === 'score' ? scoreZ : waldZ;
  return larger(normalUpperTail(zOf(counts, bounds.low)), normalUpperTail(-zOf(counts, bounds.high)));
}

/**
 * AUC = P(hit < miss) within 1/2 ± margin: the test that may declare a server's timing safe.
 *
 * @param margin - 0 .. 1/2
 */
export function tostAuc(
  { hits, misses }: { hits: ArrayLike<number>; misses: ArrayLike<number> },
  margin: number,
): Equivalence & { readonly auc: number; readonly standardError: number } {
  const bounds = { low: 0.5 - margin, high: 0.5 + margin };
  assertBounds(bounds);
  const auc = aucOf(hits, misses);
  const standardError = Math.sqrt(delongVariance({ positives: misses, negatives: hits }));
  const tail = (distance: number): number => normalUpperTail(tStatistic(distance, standardError));
  return { auc, standardError, ...larger(tail(auc - bounds.low), tail(bounds.high - auc)) };
}

const larger = (pLow: number, pHigh: number): Equivalence => ({ p: Math.max(pLow, pHigh), pLow, pHigh });

function assertBounds({ low, high }: EquivalenceBounds): void {
  if (!(low < high)) throw new RangeError(`tost: expected low < high, got ${low} and ${high}`);
}
