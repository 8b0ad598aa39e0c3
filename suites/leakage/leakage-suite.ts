/**
 * Leakage, cross-request: do a request's logits or output depend on the CONTENT of other requests, or hold their canaries?
 *
 * Rows are made for `content-independent` levels: the other requests have the same lengths and arrival and other content.
 * A difference is then a leak and not batch variance.
 * @module
 */
import type { Divergence, Equality, LeakageRow, Suite, SuiteInput } from '../../harness/schema/index.ts';
import {
  compare,
  CONFIDENCE,
  divergenceOf,
  equalityOf,
  evidenceOf,
  pairsOf,
  rowKey,
  rowsOf,
  shortText,
  type Comparison,
  type Row,
} from '../pairing/index.ts';
import { clopperPearsonHigh } from '../../harness/statistics/index.ts';
import { searchCanaries, type CanaryHit } from './canaries.ts';

const DIVERGENCES_MAX = 8;

export const leakageSuite: Suite<LeakageRow> = {
  id: 'leakage',
  title: 'Leakage (cross-request)',
  what:
    'Shows whether a request depends on the content of the requests beside or before it, and whether an output holds the ' +
    'canary of another request. It does not show memorisation, membership, contamination of test data, or PII.',
  analyse: (input) =>
    rowsOf(input, ({ promise }) => promise === 'content-independent').map((row) => analyseRow(row, input)),
};

function analyseRow(row: Row, input: SuiteInput): LeakageRow {
  const comparisons = pairsOf(row).map(compare);
  const searches = row.members.map((member) => ({ member, ...searchCanaries(member) }));
  const outputs = searches.reduce((total, search) => total + search.outputs, 0);
  const foreign = searches.reduce((total, { hits }) => total + hits.length, 0);
  const shown = [
    ...searches.flatMap(({ member, hits }) => hits.map((hit) => hitDivergence(member, hit))),
    ...comparisons.filter(dependsOnContent).map((comparison) => divergenceOf(comparison, null)),
  ];
  return {
    ...rowKey(row),
    meaning: 'cross-request',
    contentDependent: contentEquality(comparisons),
    tokenDependent: comparisons.filter((comparison) => dependsInTokens(comparison)).length,
    canaries: {
      outputs,
      planted: searches.reduce((total, { planted }) => total + planted, 0),
      foreign,
      failureRateHigh:
        outputs === 0 ? null : clopperPearsonHigh({ successes: foreign, trials: outputs, confidence: CONFIDENCE }),
    },
    ...evidenceOf(row, input.perturbations),
    divergences: shown.slice(0, DIVERGENCES_MAX),
  };
}

/** The strongest comparison that each pair allows: bits, else tokens, else text. */
function contentEquality(comparisons: readonly Comparison[]): Equality {
  return equalityOf(comparisons.map((comparison) => !dependsOnContent(comparison)));
}

function dependsOnContent(comparison: Comparison): boolean {
  return comparison.bitsEqual === false || dependsInTokens(comparison);
}

function dependsInTokens({ tokensEqual, textEqual }: Comparison): boolean {
  return !(tokensEqual ?? textEqual);
}

/** The output with the hit beside its counterpart; the counterpart's text is empty when the other job has none. */
function hitDivergence(
  { unit, reference, observed }: Row['members'][number],
  { side, request }: CanaryHit,
): Divergence {
  const other = (side === 'level' ? reference : observed).requests.find((one) => one.requestId === request.requestId);
  const [before, after] = side === 'level' ? [other, request] : [request, other];
  return {
    unitId: unit.id,
    caseId: request.caseId,
    requestId: request.requestId,
    firstBitDiff: null,
    firstTokenDiff: null,
    maxAbsLogprobDiff: null,
    referenceText: shortText(before?.text ?? ''),
    levelText: shortText(after?.text ?? ''),
  };
}
