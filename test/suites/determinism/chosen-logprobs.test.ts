import { describe, expect, it } from 'vitest';
import { determinismRow } from '../../../harness/schema/index.ts';
import { determinismSuite } from '../../../suites/determinism/index.ts';
import {
  createDeterminismRow,
  createEquality,
  createFindings,
  createPolicy,
  judgeFindings,
} from '../../support/findings.ts';
import { createRun, createShelf, type RequestSpec } from '../../support/observations.ts';

const shelf = createShelf();

function rowOf(reference: RequestSpec, ...levels: readonly RequestSpec[]) {
  const units = levels.map((level) => ({
    levels: { none: [shelf.request(reference)], 'size-4': [shelf.request(level)] },
  }));
  const [row] = determinismSuite.analyse(createRun({ units, loadLogits: shelf.loadLogits }));
  expect(determinismRow.parse(row)).toEqual(row);
  return row;
}

const REFERENCE = { tokenIds: [1, 2, 3], logprobs: [-0.5, -0.25, -1] };

describe('log-probabilities of a target without bits', () => {
  it('are counted by request: all the same numbers, or not, with the sizes of the differences', () => {
    const row = rowOf(REFERENCE, REFERENCE, { ...REFERENCE, logprobs: [-0.5, -0.5, -1] });
    expect(row.tokens).toMatchObject({ equal: 2, n: 2 });
    expect(row.chosenLogprobs).toMatchObject({
      equality: { equal: 1, n: 2 },
      absDiff: { positions: 6, p50: 0, max: 0.25 },
      unavailable: 0,
    });
  });

  it('after another token nothing is compared, and the positions say so', () => {
    const row = rowOf(REFERENCE, { tokenIds: [1, 4, 3], logprobs: [-0.5, -9, -9] });
    expect(row.chosenLogprobs).toMatchObject({ equality: { equal: 0, n: 1 }, absDiff: { positions: 1, max: 0 } });
  });

  it('another first token leaves no position to compare', () => {
    const row = rowOf(REFERENCE, { tokenIds: [4, 2, 3], logprobs: [-0.5, -9, -9] });
    expect(row.chosenLogprobs).toMatchObject({ equality: { equal: 0, n: 1 }, absDiff: null });
  });

  it('are unsupported where the target gives none, never equal', () => {
    const row = rowOf({ tokenIds: [1] }, { tokenIds: [1] });
    expect(row.chosenLogprobs).toMatchObject({ kind: 'unsupported' });
  });

  it('leave the row alone where there are bits', () => {
    const one = { tokenIds: [0], generated: [[1, 2]], logprobs: [-0.25] };
    expect(rowOf(one, one)).not.toHaveProperty('chosenLogprobs');
  });
});

describe('a bound on log-probabilities', () => {
  const chosen = (equal: number) => ({ equality: createEquality(equal, 24), absDiff: null, unavailable: 0 });
  const row = (equal: number) =>
    createDeterminismRow({ bits: { kind: 'unsupported', why: 'no logits' }, chosenLogprobs: chosen(equal) });
  const check = (one: ReturnType<typeof createDeterminismRow>, bound: object) =>
    judgeFindings({
      findings: createFindings({ determinism: [one] }),
      policy: createPolicy({ determinism: { 'batch-size': bound } }),
    }).checks.find(({ metric }) => metric === 'logprobs equal');

  it('is judged only where the policy names it', () => {
    expect(check(row(23), {})).toBeUndefined();
    expect(check(row(23), { maxLogprobFailureRate: 0.2 })).toMatchObject({ outcome: 'fail' });
    expect(check(row(24), { maxLogprobFailureRate: 0.2 })).toMatchObject({ outcome: 'pass' });
    expect(check(row(24), { maxLogprobFailureRate: 0.01 })).toMatchObject({ outcome: 'inconclusive' });
  });

  it('is inconclusive where the target gives none', () => {
    const none = { ...row(24), chosenLogprobs: { kind: 'unsupported', why: 'no log-probabilities' } as const };
    expect(check(none, { maxLogprobFailureRate: 0.2 })).toMatchObject({
      outcome: 'inconclusive',
      reason: expect.stringContaining('no log-probabilities'),
    });
  });
});
