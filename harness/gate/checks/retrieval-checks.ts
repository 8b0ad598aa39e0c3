/**
 * Checks of retrieval: is a phrase that was hidden in the prompt found often enough?
 *
 * PASS only when all of the exact interval of the share lies at the limit or above, FAIL when all of it lies below. Where the target does
 * not find the phrase without filler either, or the path was not exercised, nothing is decided.
 * @module
 */
import type { DriftRow, Policy, Retrieval } from '../../schema/index.ts';
import { driftBoundOf } from '../bounds.ts';
import type { Draft, Judgement } from '../families.ts';
import { counted, percent } from '../words.ts';

export function retrievalDrafts(rows: readonly DriftRow[], policy: Policy): Draft[] {
  return rows.flatMap((row) => {
    const { retrievalMin: limit } = driftBoundOf(policy, row);
    return limit === undefined ? [] : [draftOf(row, limit)];
  });
}

function draftOf({ axis, level, retrieval }: DriftRow, limit: number): Draft {
  return {
    place: { report: 'drift', axis, level, metric: 'retrieval', rule: `phrases found >= ${percent(limit)}` },
    test: null,
    judge: () =>
      retrieval === undefined
        ? undecided('not measured', 'No prompt of this level hides a phrase.')
        : judgeShare(retrieval, limit),
  };
}

function judgeShare({ n, found, foundAtReference, share, problem }: Retrieval, limit: number): Judgement {
  const observed = `${found} of ${n} found, ${foundAtReference} without filler`;
  if (problem !== undefined) return undecided(observed, `The path was not exercised: ${problem}`);
  if (foundAtReference === 0)
    return undecided(observed, `${observed}: the target does not find a phrase without filler either.`);
  if (share.kind !== 'measured' || share.low === null || share.high === null)
    return undecided(observed, 'The share has no interval.');
  const interval = `${percent(share.low)} to ${percent(share.high)}`;
  if (share.low >= limit)
    return decided(observed, 'pass', `${observed}: all of ${interval} lies above ${percent(limit)}.`);
  if (share.high < limit)
    return decided(observed, 'fail', `${observed}: all of ${interval} lies below ${percent(limit)}.`);
  return undecided(
    observed,
    `${observed}: ${interval} holds the limit of ${percent(limit)}; more than ${counted(n, 'case')} would decide.`,
  );
}

const decided = (observed: string, outcome: 'pass' | 'fail', reason: string): Judgement => ({
  observed,
  outcome,
  reason,
  comparisonsNeeded: null,
});
const undecided = (observed: string, reason: string): Judgement => ({
  observed,
  outcome: 'inconclusive',
  reason,
  comparisonsNeeded: null,
});
