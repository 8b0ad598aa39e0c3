/**
 * Drift: how far does the model's distribution move at a level, compared with its reference, in one and the same context?
 *
 * Rows are made for every level with a reference, except `content-independent` ones. A level that owes equal bits has a row
 * too: equal digests are a KL of zero.
 * @module
 */
import type { DriftRow, Suite, SuiteInput } from '../../harness/schema/index.ts';
import { evidenceOf, pairsOf, rowKey, rowsOf, type Row } from '../pairing/index.ts';
import { estimatesOf, nothingCompared, type DriftEstimates } from './estimates.ts';
import {
  comparableRows,
  contextOf,
  measurePositions,
  type DriftContext,
  type NotComparable,
  type PositionMeasures,
} from './positions.ts';

export const driftSuite: Suite<DriftRow> = {
  id: 'drift',
  title: 'Drift',
  what:
    'Shows by how much the next-token distributions move, in one context: KL, same top token, log-probabilities, perplexity. ' +
    'It shows the size of a change: a small KL does not show that the answers are as good.',
  analyse: (input) =>
    rowsOf(input, ({ promise }) => promise !== 'content-independent').map((row) => analyseRow(row, input)),
};

function analyseRow(row: Row, input: SuiteInput): DriftRow {
  const context = contextOf(pairsOf(row));
  const { evidence } = evidenceOf(row, input.perturbations);
  return { ...rowKey(row), context, ...measureRow(row, context, input), evidence };
}

function measureRow(row: Row, context: DriftContext, input: SuiteInput): DriftEstimates {
  const measures: PositionMeasures[] = [];
  const reasons: NotComparable[] = [];
  for (const pair of pairsOf(row)) {
    const rows = comparableRows(pair, context);
    if ('kind' in rows) reasons.push(rows);
    else measures.push(measurePositions(pair.caseId, rows, input.loadLogits));
  }
  if (measures.length > 0) {
    // By label, not by call order: a row's interval does not depend on which other rows the run has.
    const rng = input.rng.fork(`drift/${row.perturbation}/${row.axis}/${row.level}`);
    return estimatesOf(measures, () => rng.next());
  }
  const [reason] = reasons;
  return nothingCompared(reason ?? { kind: 'not-measured', why: 'no request of this level was observed' });
}
