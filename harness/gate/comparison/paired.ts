/**
 * The paired difference of one effect over the cases that both sides have: mean of head - base, interval, p-value.
 *
 * Cases are the independent units: several requests or positions of a case count once. The interval of a failure share is never shorter
 * than what the number of cases allows: without it, twenty cases that did not change would "prove" a difference of zero.
 * @module
 */
import type { BaselineEffect, EffectChange, Estimate, Rng } from '../../schema/index.ts';
import {
  bootstrapInterval,
  clopperPearsonHigh,
  drawResamples,
  mean,
  pairedPermutationTest,
  type Interval,
} from '../../statistics/index.ts';

const CONFIDENCE = 0.95;
const REPLICATES = 1999;

/** One side, by case. */
export type PairedSide = Pick<BaselineEffect, 'metric' | 'cases'>;

export type PairedDifference = Pick<EffectChange, 'difference' | 'pValue'>;

/** @param rng - of this effect alone, so that no other effect moves its draws */
export function pairedDifference(base: PairedSide, head: PairedSide, rng: Rng): PairedDifference {
  const shared = Object.keys(head.cases)
    .filter((caseId) => Object.hasOwn(base.cases, caseId))
    .sort();
  if (shared.length === 0)
    return { difference: { kind: 'not-measured', why: 'no case was measured on both sides' }, pValue: null };
  const ratio = ([above, below]: readonly [number, number]): number => above / below;
  const differences = shared.map((caseId) => ratio(head.cases[caseId]) - ratio(base.cases[caseId]));
  const isFailureShare = head.metric !== 'klNatsMean' && head.metric !== 'sameTopShare';
  return {
    difference: differenceOf(differences, isFailureShare, rng.fork('bootstrap')),
    pValue: pValueOf(differences, rng),
  };
}

function differenceOf(differences: readonly number[], isFailureShare: boolean, rng: Rng): Estimate {
  const n = differences.length;
  const value = mean(differences);
  if (n < 2) return { kind: 'measured', value, low: null, high: null, n };
  const allEqual = differences.every((one) => one === differences[0]);
  if (allEqual)
    return { kind: 'measured', value, ...(isFailureShare ? withUnseen(value, n) : { low: value, high: value }), n };
  const interval = bootstrapInterval({
    resamples: drawResamples({ count: n, replicates: REPLICATES, next: () => rng.next() }),
    statistic: (indices) => meanAt(differences, indices),
    confidence: CONFIDENCE,
  });
  const { low, high } = interval ?? { low: null, high: null };
  if (low === null || high === null || !isFailureShare) return { kind: 'measured', value, low, high, n };
  const rose = differences.filter((one) => one > 0).length;
  const fell = differences.filter((one) => one < 0).length;
  // With no case on one side the mean is at most the share of cases on the other, whatever the resamples say.
  return {
    kind: 'measured',
    value,
    low: rose === 0 ? Math.min(low, -mostOf(fell, n)) : low,
    high: fell === 0 ? Math.max(high, mostOf(rose, n)) : high,
    n,
  };
}

/** All n cases gave one value: the share of cases that none of them stands for may have any other, -1 to 1. */
function withUnseen(value: number, n: number): Interval {
  const unseen = mostOf(0, n);
  const seen = value * (1 - unseen);
  return { low: Math.max(-1, seen - unseen), high: Math.min(1, seen + unseen) };
}

const mostOf = (successes: number, trials: number): number =>
  clopperPearsonHigh({ successes, trials, confidence: (1 + CONFIDENCE) / 2 });

function pValueOf(differences: readonly number[], rng: Rng): number {
  // A pair without a difference adds nothing under either sign; without them few changed cases are counted exactly.
  const changed = differences.filter((one) => one !== 0);
  if (changed.length === 0) return 1;
  const draws = rng.fork('permutation');
  return pairedPermutationTest(changed, { next: () => draws.next() }).pTwoSided;
}

export function meanAt(values: readonly number[], indices: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < indices.length; i++) total += values[indices[i]];
  return total / indices.length;
}
