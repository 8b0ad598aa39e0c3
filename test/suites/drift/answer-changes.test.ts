import { describe, expect, it } from 'vitest';
import { driftRow, type AnswerRule, type DriftRow } from '../../../harness/schema/index.ts';
import { driftSuite } from '../../../suites/drift/index.ts';
import { createFindings, createPolicy, judgeFindings } from '../../support/findings.ts';
import { createRun, createShelf } from '../../support/observations.ts';

const shelf = createShelf();

/** One case a pair: the output at the reference and at the level; the right answer of all is 4. */
function rowOf(pairs: readonly (readonly [string, string])[], rule: AnswerRule | null): DriftRow {
  const units = pairs.map(([before, after], i) => ({
    levels: {
      none: [shelf.request({ caseId: `case-${i}`, text: before, tokenIds: [1] })],
      w8a8: [shelf.request({ caseId: `case-${i}`, text: after, tokenIds: [1] })],
    },
  }));
  const run = createRun({ units, axis: 'precision', promise: 'drift' });
  const answers = rule === null ? {} : { answers: Object.fromEntries(pairs.map((_, i) => [`case-${i}`, rule])) };
  return driftSuite.analyse({ ...run, plan: { ...run.plan, ...answers } })[0];
}

const FOUR: AnswerRule = { kind: 'number', expected: '4' };
const times = (n: number, before: string, after: string) =>
  Array.from({ length: n }, (): readonly [string, string] => [before, after]);

describe('answers of a drift row', () => {
  it('counts answers that changed, and both ways of right and wrong', () => {
    const row = rowOf(
      [...times(5, 'so 4', 'it is 4'), ...times(3, '4', '5'), ...times(1, '6', '4'), ...times(1, '6', 'seven')],
      FOUR,
    );
    expect(driftRow.parse(row)).toEqual(row);
    expect(row.answers).toMatchObject({
      n: 10,
      changed: 5,
      changedShare: { kind: 'measured', value: 0.5, n: 10 },
      withoutAtReference: 0,
      withoutAtLevel: 1,
      scored: { n: 10, rightAtReference: 8, rightAtLevel: 6, rightToWrong: 3, wrongToRight: 1 },
    });
    // 4 discordant pairs, 3 to 1: p = 2 (1 + 4) / 16
    expect(row.answers!.scored).toMatchObject({ pValue: expect.closeTo(0.625, 12) });
  });

  it('compares without scoring where no right answer is known, and is absent without a rule', () => {
    expect(rowOf(times(2, '4', '5'), { kind: 'number' }).answers).toMatchObject({
      changed: 2,
      scored: { kind: 'not-measured' },
    });
    expect(rowOf(times(2, '4', '5'), null)).not.toHaveProperty('answers');
  });
});

describe('the gate over answers', () => {
  const judged = (row: DriftRow, answerLossMax = 0.05) =>
    judgeFindings({
      findings: createFindings({ drift: [row] }),
      policy: createPolicy({ drift: { precision: { answerLossMax } } }),
    }).checks.find(({ metric }) => metric === 'answers')!;

  it('passes when the loss that the counts allow keeps the limit, and not with too few', () => {
    expect(judged(rowOf(times(100, '4', '4'), FOUR))).toMatchObject({ outcome: 'pass', family: { pValue: 1 } });
    expect(judged(rowOf(times(20, '4', '4'), FOUR)).outcome).toBe('inconclusive');
  });

  it('positive control: ten right answers of a hundred that became wrong fail', () => {
    const check = judged(rowOf([...times(90, '4', '4'), ...times(10, '4', '5')], FOUR));
    expect(check.outcome).toBe('fail');
    expect(check.reason).toContain('10 of 100 answers went from right to wrong, 0 from wrong to right (McNemar');
  });

  it('does not fail on flips that go both ways alike, nor passes them for few', () => {
    const both = [...times(80, '4', '4'), ...times(10, '4', '5'), ...times(10, '5', '4')];
    expect(judged(rowOf(both, FOUR)).outcome).toBe('inconclusive');
  });

  it('decides nothing where answers are not scored', () => {
    expect(judged(rowOf(times(9, '4', '4'), null))).toMatchObject({
      outcome: 'inconclusive',
      observed: 'not measured',
    });
  });
});
