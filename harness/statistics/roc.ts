/**
 * ROC: how well a score separates positives (members, hits) from negatives; a higher score means positive.
 *
 *   TPR at FPR t       the last point of the curve with FPR <= t
 *   FPR at TPR t       the first point with TPR >= t
 *   Hanley-McNeil      se² = (A (1 - A) + (n1 - 1)(Q1 - A²) + (n0 - 1)(Q2 - A²)) / (n1 n0),  Q1 = A/(2 - A), Q2 = 2A²/(1 + A)
 *   DeLong             var = S10/n1 + S01/n0, the variances (ddof 1) of the placements of positives and of negatives
 *
 * Source: leakage-and-statistics.md 3.6; Hanley and McNeil (1982); DeLong, DeLong and Clarke-Pearson (1988); golden: roc_auc.json.
 * @module
 */
import { aucOf } from './mann-whitney.ts';
import { normalQuantile } from './normal.ts';
import type { Interval } from './proportion.ts';
import { sampleVariance } from './mean-difference.ts';
import { rank } from './ranks.ts';

export interface Scores {
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
}

export interface RocPoint {
  /** 0 .. 1 */
  readonly fpr: number;
  /** 0 .. 1 */
  readonly tpr: number;
}

/** From (0, 0) to (1, 1), one point per distinct score, highest first. */
export function rocCurve({ positives, negatives }: Scores): RocPoint[] {
  assertScores({ positives, negatives });
  const scored = [
    ...Array.from(positives, (score) => ({ score, positive: 1 })),
    ...Array.from(negatives, (score) => ({ score, positive: 0 })),
  ].sort((a, b) => b.score - a.score);
  const points: RocPoint[] = [{ fpr: 0, tpr: 0 }];
  let hits = 0;
  scored.forEach(({ score, positive }, i) => {
    hits += positive;
    if (scored[i + 1]?.score === score) return;
    points.push({ fpr: (i + 1 - hits) / negatives.length, tpr: hits / positives.length });
  });
  return points;
}

/** Area under the curve: P(positive > negative), ties half. */
export const auc = ({ positives, negatives }: Scores): number => aucOf(negatives, positives);

/** @param curve - of `rocCurve` */
export function tprAtFpr(curve: readonly RocPoint[], fprMax: number): number {
  let best = 0;
  for (const { fpr, tpr } of curve) if (fpr <= fprMax) best = Math.max(best, tpr);
  return best;
}

/** @param curve - of `rocCurve` */
export function fprAtTpr(curve: readonly RocPoint[], tprMin: number): number {
  let best = 1;
  for (const { fpr, tpr } of curve) if (tpr >= tprMin) best = Math.min(best, fpr);
  return best;
}

/** The largest (TPR + 1 - FPR)/2 over all thresholds. */
export function balancedAccuracyMax(curve: readonly RocPoint[]): number {
  let best = 0;
  for (const { fpr, tpr } of curve) best = Math.max(best, (tpr + 1 - fpr) / 2);
  return best;
}

/** Standard error of an AUC from its value and the sample sizes alone. */
export function hanleyMcNeilError({
  auc: area,
  positives,
  negatives,
}: {
  auc: number;
  positives: number;
  negatives: number;
}): number {
  const q1 = area / (2 - area);
  const q2 = (2 * area * area) / (1 + area);
  const square = area * area;
  const sum = area * (1 - area) + (positives - 1) * (q1 - square) + (negatives - 1) * (q2 - square);
  return Math.sqrt(sum / (positives * negatives));
}

/** @throws RangeError when a sample has fewer than two scores */
export function delongVariance({ positives, negatives }: Scores): number {
  assertScores({ positives, negatives });
  const [n1, n0] = [positives.length, negatives.length];
  if (n1 < 2 || n0 < 2) throw new RangeError(`delongVariance: expected two scores on each side, got ${n1} and ${n0}`);
  const pooled = rank([...Array.from(positives), ...Array.from(negatives)]).ranks;
  const among = { positives: rank(positives).ranks, negatives: rank(negatives).ranks };
  // A rank among all, less the rank among one's own, counts the others below; ties half.
  const placed = Float64Array.from({ length: n1 }, (_, i) => (pooled[i] - among.positives[i]) / n0);
  const passed = Float64Array.from({ length: n0 }, (_, j) => 1 - (pooled[n1 + j] - among.negatives[j]) / n1);
  return sampleVariance(placed) / n1 + sampleVariance(passed) / n0;
}

/** The normal interval of an AUC with DeLong's variance, cut to 0 .. 1. */
export function delongInterval(scores: Scores, confidence: number): Interval {
  const area = auc(scores);
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt(delongVariance(scores));
  return { low: Math.max(0, area - half), high: Math.min(1, area + half) };
}

function assertScores({ positives, negatives }: Scores): void {
  if (positives.length === 0 || negatives.length === 0) {
    throw new RangeError(`roc: expected scores of both kinds, got ${positives.length} and ${negatives.length}`);
  }
  for (const scores of [positives, negatives]) {
    if (Array.from(scores).some(Number.isNaN)) throw new RangeError('roc: expected scores, got NaN');
  }
}
