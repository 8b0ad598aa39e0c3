/**
 * Checks of answers: did right answers become wrong ones at a drift level, by more than the policy accepts?
 *
 * The direction is judged by McNemar's exact test among all drift checks: FAIL when right answers were lost more often than gained, beyond
 * chance, and by more than the limit. PASS only when the loss that the counts still allow keeps the limit. The interval takes both counts of
 * flips at 97.5 %, so that it is a little too wide and never too short.
 * @module
 */
import type { DriftRow, Policy } from '../../schema/index.ts';
import { clopperPearson, mcNemarExact } from '../../statistics/index.ts';
import { driftBoundOf } from '../bounds.ts';
import type { Draft, Judgement, Tested } from '../families.ts';
import { counted, percent, pText } from '../words.ts';

const CONFIDENCE_OF_EACH = 0.975;

export function answerDrafts(rows: readonly DriftRow[], policy: Policy): Draft[] {
  return rows.flatMap((row) => {
    const { answerLossMax: limit } = driftBoundOf(policy, row);
    return limit === undefined ? [] : [draftOf(row, limit)];
  });
}

type Scored = Exclude<NonNullable<DriftRow['answers']>['scored'], { kind: 'not-measured' }>;

function draftOf({ axis, level, answers }: DriftRow, limit: number): Draft {
  const scored = answers === undefined || 'kind' in answers.scored ? null : answers.scored;
  const why =
    answers === undefined || !('kind' in answers.scored) ? 'no case names a rule for its answer' : answers.scored.why;
  return {
    place: {
      report: 'drift',
      axis,
      level,
      metric: 'answers',
      rule: `right answers lost less those gained <= ${percent(limit)} of requests`,
    },
    test:
      scored === null
        ? null
        : {
            family: 'drift',
            pValue: mcNemarExact({ onlyFirst: scored.rightToWrong, onlySecond: scored.wrongToRight }).pGreater,
          },
    judge: (tested) =>
      scored === null
        ? {
            observed: 'not measured',
            outcome: 'inconclusive',
            reason: `Answers are not scored: ${why}.`,
            comparisonsNeeded: null,
          }
        : judgeLoss(scored, limit, tested),
  };
}

function judgeLoss({ n, rightToWrong, wrongToRight }: Scored, limit: number, tested: Tested | null): Judgement {
  const share = (successes: number) => clopperPearson({ successes, trials: n, confidence: CONFIDENCE_OF_EACH });
  const [lost, gained] = [share(rightToWrong), share(wrongToRight)];
  const loss = (rightToWrong - wrongToRight) / n;
  const high = lost.high - gained.low;
  const flips = `${rightToWrong} of ${counted(n, 'answer')} went from right to wrong, ${wrongToRight} from wrong to right`;
  const observed = `${flips}; at most ${percent(Math.max(0, high))} lost`;
  const judged = (outcome: Judgement['outcome'], reason: string): Judgement => ({
    observed,
    outcome,
    reason,
    comparisonsNeeded: null,
  });
  if (high <= limit)
    return judged('pass', `${flips}: at most ${percent(Math.max(0, high))} lost, the limit is ${percent(limit)}.`);
  const chance = tested === null ? '' : ` (McNemar, exact, adjusted ${pText(tested.adjusted)})`;
  if (loss > limit && tested !== null && tested.rejected)
    return judged('fail', `${flips}${chance}: ${percent(loss)} lost, the limit is ${percent(limit)}.`);
  return judged(
    'inconclusive',
    `${flips}${chance}: up to ${percent(high)} may be lost and the limit is ${percent(limit)}; more cases would decide.`,
  );
}
