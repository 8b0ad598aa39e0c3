/**
 * Answers of a drift row: in how many pairs the parsed answer is another one, and where a right answer is known, which way it went.
 *
 * Accuracy can stay the same while answers flip both ways, so both ways are counted. The test of a direction is McNemar's, exact: pairs
 * that are right or wrong on both sides say nothing about it.
 * @module
 */
import type { AnswerChanges, Plan } from '../../harness/schema/index.ts';
import { clopperPearson, mcNemarExact } from '../../harness/statistics/index.ts';
import { CONFIDENCE, isRight, parseAnswer, type RequestPair } from '../pairing/index.ts';

/** Over the pairs whose case has a rule; `result` is null when there is none. */
export function countAnswers(plan: Plan): {
  readonly add: (pair: RequestPair) => void;
  readonly result: () => AnswerChanges | null;
} {
  const counts = { n: 0, changed: 0, withoutAtReference: 0, withoutAtLevel: 0 };
  const scored = { n: 0, rightAtReference: 0, rightAtLevel: 0, rightToWrong: 0, wrongToRight: 0 };
  return {
    add: ({ caseId, reference, level }) => {
      const rule = plan.answers?.[caseId];
      if (rule === undefined) return;
      const [before, after] = [parseAnswer(reference.text, rule), parseAnswer(level.text, rule)];
      counts.n++;
      if (before !== after) counts.changed++;
      if (before === null) counts.withoutAtReference++;
      if (after === null) counts.withoutAtLevel++;
      const [wasRight, isNowRight] = [isRight(before, rule), isRight(after, rule)];
      if (wasRight === null || isNowRight === null) return;
      scored.n++;
      if (wasRight) scored.rightAtReference++;
      if (isNowRight) scored.rightAtLevel++;
      if (wasRight && !isNowRight) scored.rightToWrong++;
      if (!wasRight && isNowRight) scored.wrongToRight++;
    },
    result: () => {
      if (counts.n === 0) return null;
      const { n, changed } = counts;
      const interval = clopperPearson({ successes: changed, trials: n, confidence: CONFIDENCE });
      const changedShare = { kind: 'measured', value: changed / n, ...interval, n } as const;
      if (scored.n === 0)
        return { ...counts, changedShare, scored: { kind: 'not-measured', why: 'no case names its right answer' } };
      const { rightToWrong, wrongToRight } = scored;
      const { pTwoSided } = mcNemarExact({ onlyFirst: rightToWrong, onlySecond: wrongToRight });
      return { ...counts, changedShare, scored: { ...scored, pValue: pTwoSided } };
    },
  };
}
