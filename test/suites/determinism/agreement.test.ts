import { describe, expect, it } from 'vitest';
import {
  agreementRow,
  type AnswerRule,
  type RequestObservation,
  type SuiteInput,
} from '../../../harness/schema/index.ts';
import { wilson } from '../../../harness/statistics/index.ts';
import { countAgreement } from '../../../suites/determinism/index.ts';
import { createRun, createShelf } from '../../support/observations.ts';

const shelf = createShelf();
const answers = (...texts: readonly string[]) => ({
  levels: Object.fromEntries(
    texts.map((text, run): [string, RequestObservation[]] => [
      run === 0 ? 'none' : `repeat-${run + 1}`,
      [shelf.request({ text, tokenIds: [1] })],
    ]),
  ),
});
const NUMBER: AnswerRule = { kind: 'number' };

function agreementOf(input: SuiteInput, rule: AnswerRule | null = NUMBER) {
  const plan = rule === null ? input.plan : { ...input.plan, answers: { 'case-1': rule } };
  const agreement = countAgreement(plan);
  const passed = [...agreement.watch(input.observations)];
  return { rows: agreement.result(), passed };
}

describe('agreement over N runs', () => {
  it('counts requests whose outputs, and whose answers, are all the same', () => {
    const units = [answers('is 4', 'is 4', 'is 4'), answers('is 4', 'it is 4', '4'), answers('4', '5', '4')];
    const { rows, passed } = agreementOf(createRun({ units, axis: 'repeat' }));
    expect(passed).toHaveLength(3);
    expect(rows.map((row) => agreementRow.parse(row))).toEqual(rows);
    const interval = (allEqual: number) => wilson({ successes: allEqual, trials: 3, confidence: 0.95 });
    expect(rows).toEqual([
      {
        perturbation: 'batch-size',
        runs: 3,
        outputs: {
          requests: 3,
          allEqual: 1,
          total: { kind: 'measured', value: 1 / 3, ...interval(1), n: 3 },
          // 1, 0, and 1 of 3 pairs
          pairwise: expect.closeTo((1 + 0 + 1 / 3) / 3, 12),
          unique: { mean: 2, max: 3 },
          without: 0,
        },
        answers: {
          requests: 3,
          allEqual: 2,
          total: { kind: 'measured', value: 2 / 3, ...interval(2), n: 3 },
          pairwise: expect.closeTo((1 + 1 + 1 / 3) / 3, 12),
          unique: { mean: expect.closeTo(4 / 3, 12), max: 2 },
          without: 0,
        },
      },
    ]);
  });

  it('takes no level of another control for a run of the same request', () => {
    const input = createRun({ units: [answers('a', 'a', 'b', 'b')], axis: 'repeat' });
    const [unit] = input.plan.units;
    const [none, second, third, fourth] = unit.levels;
    const levels = [none, second, { ...third, reference: null }, { ...fourth, reference: third.id }];
    const { rows } = agreementOf({ ...input, plan: { ...input.plan, units: [{ ...unit, levels }] } }, null);
    expect(rows.map(({ runs, outputs }) => [runs, 'kind' in outputs ? null : outputs.allEqual])).toEqual([[2, 2]]);
  });

  it('keeps every N apart, since agreement of all N falls with N', () => {
    const units = [answers('a', 'a'), answers('a', 'b', 'a'), answers('a')];
    const { rows } = agreementOf(createRun({ units, axis: 'repeat' }), null);
    expect(rows.map(({ runs, outputs }) => [runs, 'kind' in outputs ? null : outputs.allEqual])).toEqual([
      [2, 1],
      [3, 0],
    ]);
  });

  it('has no agreement of answers where no case names a rule, and counts outputs without an answer', () => {
    const run = createRun({ units: [answers('four', 'four', '4')], axis: 'repeat' });
    expect(agreementOf(run, null).rows[0].answers).toEqual({
      kind: 'not-measured',
      why: 'no case names a rule for its answer',
    });
    expect(agreementOf(run).rows[0].answers).toMatchObject({ allEqual: 0, without: 2, unique: { max: 2 } });
  });

  it('counts neither mates nor units that failed, and no level that owes independence of others', () => {
    const [one] = [answers('a', 'a')];
    const mate = { levels: { none: [shelf.request({ role: 'mate' })], other: [shelf.request({ role: 'mate' })] } };
    const failed = { ...one, status: 'error' as const };
    expect(agreementOf(createRun({ units: [mate, failed] })).rows).toEqual([]);
    expect(agreementOf(createRun({ units: [one], promise: 'content-independent' })).rows).toEqual([]);
  });
});
