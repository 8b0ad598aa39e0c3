/**
 * Determinism: does a request get the same bits, the same tokens and the same text at a level as at its reference?
 *
 * Rows are made for every level with a reference, except `content-independent` ones: a difference there is a leak and
 * belongs to the leakage report. Levels that promise nothing (`drift`) have a row too: it is measured, not judged.
 * @module
 */
import type { DeterminismRow, Estimate, Suite, SuiteInput } from '../../harness/schema/index.ts';
import {
  bitsEquality,
  compare,
  divergenceOf,
  equalityOf,
  evidenceOf,
  isDifferent,
  pairsOf,
  rowKey,
  rowsOf,
  type Comparison,
  type Row,
} from '../pairing/index.ts';
import { pairLogprobDiff } from './first-divergence.ts';

const DIVERGENCES_MAX = 8;

export const determinismSuite: Suite<DeterminismRow> = {
  id: 'determinism',
  title: 'Determinism',
  what:
    'Shows whether the same request gives the same logit bits, tokens and text when batch, order, chunks or caches change. ' +
    'Equality does not show that the answer is right, and equal text is weak evidence of equal bits.',
  analyse: (input) =>
    rowsOf(input, ({ promise }) => promise !== 'content-independent').map((row) => analyseRow(row, input)),
};

function analyseRow(row: Row, input: SuiteInput): DeterminismRow {
  const comparisons = pairsOf(row).map(compare);
  const logprobDiffs = comparisons.map((comparison) => pairLogprobDiff(comparison, input.loadLogits));
  return {
    ...rowKey(row),
    bits: bitsEquality(comparisons),
    tokens: equalityOf(comparisons.map(({ tokensEqual }) => tokensEqual)),
    text: equalityOf(comparisons.map(({ textEqual }) => textEqual)),
    uniqueOutputs: uniqueOutputs(comparisons),
    firstTokenDiffs: firstTokenDiffs(comparisons),
    maxAbsLogprobDiff: largestEstimate(comparisons, logprobDiffs),
    ...evidenceOf(row, input.perturbations),
    divergences: comparisons
      .map((comparison, i) => ({ comparison, logprobDiff: logprobDiffs[i]! }))
      .filter(({ comparison }) => isDifferent(comparison))
      .slice(0, DIVERGENCES_MAX)
      .map(({ comparison, logprobDiff }) => divergenceOf(comparison, logprobDiff)),
  };
}

/** One request has one output at the reference and one at the level; tokens decide, text where there are none. */
function uniqueOutputs(comparisons: readonly Comparison[]): DeterminismRow['uniqueOutputs'] {
  if (comparisons.length === 0) return { max: 0, mean: 0 };
  const differing = comparisons.filter(({ tokensEqual, textEqual }) => !(tokensEqual ?? textEqual)).length;
  return { max: differing > 0 ? 2 : 1, mean: 1 + differing / comparisons.length };
}

function firstTokenDiffs(comparisons: readonly Comparison[]): number[] {
  return comparisons
    .filter(({ firstTokenDiff }) => firstTokenDiff !== null)
    .sort((a, b) => (a.pair.caseId < b.pair.caseId ? -1 : a.pair.caseId > b.pair.caseId ? 1 : 0))
    .map(({ firstTokenDiff }) => firstTokenDiff!);
}

function largestEstimate(comparisons: readonly Comparison[], diffs: readonly (number | null)[]): Estimate {
  const [first] = comparisons;
  if (first === undefined) return { kind: 'not-measured', why: 'no request of this level was observed' };
  const known = diffs.filter((diff) => diff !== null);
  if (known.length === 0) {
    const { generated } = first.pair.level;
    if (generated.kind !== 'blob') return { kind: generated.kind, why: generated.why };
    return { kind: 'not-measured', why: 'no finite logits on both sides of any pair' };
  }
  const value = known.reduce((largest, diff) => Math.max(largest, diff), 0);
  return { kind: 'measured', value, low: null, high: null, n: known.length };
}
