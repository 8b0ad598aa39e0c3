/**
 * Drift: how far does the model's distribution move at a level, compared with its reference, in one and the same context?
 *
 * Rows are made for every level with a reference, except `content-independent` ones. A level that owes equal bits has a row
 * too: equal digests are a KL of zero.
 * @module
 */
import type { DriftRow, Suite, SuiteInput } from '../../harness/schema/index.ts';
import { countEvidence, fillRows, type OpenRow, type RequestPair, type RowKey } from '../pairing/index.ts';
import { countAnswers } from './answer-changes.ts';
import { createDriftSums } from './drift-sums.ts';
import { estimatesOf, nothingCompared, scoreEstimatesOf } from './estimates.ts';
import {
  comparableRows,
  isForced,
  measurePositions,
  type DriftContext,
  type NotComparable,
  type PositionMeasures,
} from './positions.ts';
import { countRetrieval } from './retrieval.ts';
import { SCORE_CONTEXTS, scoreDifferences } from './scores.ts';

export const driftSuite: Suite<DriftRow> = {
  id: 'drift',
  title: 'Drift',
  what:
    'Shows by how much the next-token distributions move, in one context: KL, same top token, log-probabilities, perplexity; ' +
    'of a server without logits the log-probabilities of the tokens alone. ' +
    'It shows the size of a change: a small KL does not show that the answers are as good.',
  analyse: (input) =>
    fillRows(
      input,
      ({ promise }) => promise !== 'content-independent',
      (key) => openRow(key, input),
    ),
};

/**
 * A row compares prompt positions until a request turns up that was teacher-forced; from then on forced tokens alone, also of the
 * requests before it. Those were not forced, so all that is left of them is why they cannot be compared in that way.
 */
function openRow(key: RowKey, input: SuiteInput): OpenRow<DriftRow> {
  const evidence = countEvidence(key, input.perturbations);
  const answers = countAnswers(input.plan);
  const retrieval = countRetrieval();
  let context: DriftContext = 'prompt-positions';
  let sums = createDriftSums();
  let reason: NotComparable | null = null;
  let reasonIfForced: NotComparable | null = null;

  const scores = SCORE_CONTEXTS.map((scoreContext) => ({ context: scoreContext, sums: createDriftSums() }));

  const addScores = (pair: RequestPair): void => {
    for (const score of scores) {
      const differences = scoreDifferences(pair, score.context);
      if (differences.length > 0) score.sums.add(scoreMeasures(pair.caseId, differences));
    }
  };

  const addPair = (pair: RequestPair): void => {
    answers.add(pair);
    retrieval.add(pair);
    addScores(pair);
    if (context === 'prompt-positions' && isForced(pair)) {
      context = 'forced-output';
      sums = createDriftSums();
      reason = reasonIfForced;
    }
    const rows = comparableRows(pair, context);
    if ('kind' in rows) reason ??= rows;
    else sums.add(measurePositions(pair.caseId, rows, input.loadLogits));
    if (context === 'prompt-positions' && reasonIfForced === null) {
      const forced = comparableRows(pair, 'forced-output');
      if ('kind' in forced) reasonIfForced = forced;
    }
  };

  return {
    add: (member) => {
      evidence.add(member);
      for (const pair of member.pairs) addPair(pair);
    },
    addGap: evidence.addGap,
    close: () => {
      // By label, not by call order: a row's interval does not depend on which other rows the run has.
      const rng = input.rng.fork(`drift/${key.perturbation}/${key.axis}/${key.level}`);
      const next = (): number => rng.next();
      const changes = answers.result();
      const found = retrieval.result();
      const { evidence: counters, evidenceProblem } = evidence.result();
      const common = {
        ...key,
        evidence: counters,
        ...(changes !== null && { answers: changes }),
        ...(found !== null && {
          retrieval: { ...found, ...(evidenceProblem !== null && { problem: evidenceProblem }) },
        }),
      };
      if (!sums.isEmpty()) return { ...common, context, ...estimatesOf(sums, next) };
      const why = reason ?? { kind: 'not-measured', why: 'no request of this level was observed' };
      const best = scores.find((score) => !score.sums.isEmpty());
      if (best === undefined) return { ...common, context, ...nothingCompared(why) };
      return {
        ...common,
        context: best.context,
        values: 'token-logprobs',
        ...scoreEstimatesOf(best.sums, { next, noDistribution: why }),
      };
    },
  };
}

/** The differences of one pair where no distribution is known. */
function scoreMeasures(caseId: string, differences: readonly number[]): PositionMeasures {
  return {
    caseId,
    klNats: new Float64Array(0),
    sameTop: 0,
    maxAbsLogprobDiff: differences.reduce((most, difference) => Math.max(most, Math.abs(difference)), 0),
    nextTokenDiffs: Float64Array.from(differences),
    brokenPositions: 0,
  };
}
