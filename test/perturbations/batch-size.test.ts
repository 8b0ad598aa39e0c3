import { describe, expect, it } from 'vitest';
import { batchSize } from '../../perturbations/index.ts';
import { expand, inputOf, promptOf, promptTokens, requestsOf, sampleCases } from '../support/perturbation-sample.ts';

const options = { sizes: [4, 1, 2], lengths: ['ragged'] };
const rows = (waves: readonly (readonly { id: string }[])[]): string[][] =>
  waves.map((wave) => wave.map((request) => request.id));

describe('batch-size', () => {
  it('has a control and ascending sizes for each kind of length, then rotated rows', () => {
    const [cell] = batchSize.cells(inputOf(batchSize, sampleCases(4), { sizes: [4, 1, 2] }));
    expect(cell.levels.map((level) => [level.id, level.axis, level.reference])).toEqual([
      ['size-1-ragged', 'batch-size/ragged', null],
      ['size-2-ragged', 'batch-size/ragged', 'size-1-ragged'],
      ['size-4-ragged', 'batch-size/ragged', 'size-1-ragged'],
      ['size-1-equal', 'batch-size/equal', null],
      ['size-2-equal', 'batch-size/equal', 'size-1-equal'],
      ['size-4-equal', 'batch-size/equal', 'size-1-equal'],
      ['row-1', 'row-position', 'size-4-ragged'],
      ['row-2', 'row-position', 'size-4-ragged'],
    ]);
  });

  it('runs a group as successive full waves', () => {
    const jobs = expand(batchSize, inputOf(batchSize, sampleCases(4), options));
    expect(jobs.map(({ level, job }) => [level.id, rows(job.waves)])).toEqual([
      ['size-1-ragged', [['case-0'], ['case-1'], ['case-2'], ['case-3']]],
      [
        'size-2-ragged',
        [
          ['case-0', 'case-1'],
          ['case-2', 'case-3'],
        ],
      ],
      ['size-4-ragged', [['case-0', 'case-1', 'case-2', 'case-3']]],
      ['row-1', [['case-1', 'case-2', 'case-3', 'case-0']]],
      ['row-2', [['case-2', 'case-3', 'case-0', 'case-1']]],
    ]);
  });

  it('fills the last group with mates from the start, and drops waves of mates alone', () => {
    const jobs = expand(batchSize, inputOf(batchSize, sampleCases(5), options)).filter(
      ({ unit }) => unit.caseIds[0] === 'case-4',
    );
    expect(jobs[0].unit.caseIds).toEqual(['case-4', 'case-0', 'case-1', 'case-2']);
    expect(jobs.map(({ job }) => rows(job.waves))).toEqual([
      [['case-4']],
      [['case-4', 'case-0~mate-1']],
      [['case-4', 'case-0~mate-1', 'case-1~mate-2', 'case-2~mate-3']],
      [['case-0~mate-1', 'case-1~mate-2', 'case-2~mate-3', 'case-4']],
      [['case-1~mate-2', 'case-2~mate-3', 'case-4', 'case-0~mate-1']],
    ]);
    expect(requestsOf(jobs[2].job).map((request) => request.role)).toEqual(['probe', 'mate', 'mate', 'mate']);
  });

  it('fills the last wave of a size that does not divide the group', () => {
    const jobs = expand(
      batchSize,
      inputOf(batchSize, sampleCases(4), { sizes: [1, 3, 4], lengths: ['ragged'], rowPositions: false }),
    );
    expect(rows(jobs[1].job.waves)).toEqual([
      ['case-0', 'case-1', 'case-2'],
      ['case-3', 'case-0~fill', 'case-1~fill'],
    ]);
  });

  it('repeats mates when there are fewer cases than rows', () => {
    const [{ unit }] = expand(batchSize, inputOf(batchSize, sampleCases(2), { sizes: [1, 5] }));
    expect(unit.caseIds).toEqual(['case-0', 'case-1', 'case-0', 'case-1', 'case-0']);
  });

  it('cuts every prompt to the shortest and keeps its end', () => {
    const jobs = expand(batchSize, inputOf(batchSize, sampleCases(4), { sizes: [1, 4], lengths: ['equal'] }));
    const lengths = new Set(jobs.flatMap(({ job }) => requestsOf(job).map((request) => promptTokens(request).length)));
    expect(lengths.size).toBe(1);
    for (const request of requestsOf(jobs[0].job)) expect(promptOf(request)).toMatch(/Query \d:$/);
  });

  it('rotates the equal batch when there is no ragged one', () => {
    const [cell] = batchSize.cells(inputOf(batchSize, sampleCases(2), { sizes: [1, 2], lengths: ['equal'] }));
    expect(cell.levels.at(-1)).toMatchObject({ id: 'row-1', reference: 'size-2-equal' });
  });

  it('asks for proof that the requests shared a batch', () => {
    const [cell] = batchSize.cells(inputOf(batchSize, sampleCases(4), options));
    const problem = (levelId: string, counters: Record<string, number>): string | null => {
      const level = cell.levels.find((candidate) => candidate.id === levelId);
      if (level === undefined) throw new Error(levelId);
      return batchSize.evidenceProblem(level, counters);
    };
    expect(problem('size-1-ragged', { maxActiveRows: 1 })).toBeNull();
    expect(problem('size-4-ragged', { maxActiveRows: 4 })).toBeNull();
    expect(problem('size-4-ragged', { maxActiveRows: 3 })).toMatch(/maxActiveRows is 3 and should be at least 4/);
    expect(problem('row-2', { maxActiveRows: 3 })).toMatch(/at least 4/);
    expect(problem('size-2-ragged', {})).toMatch(/does not report maxActiveRows/);
  });
});
