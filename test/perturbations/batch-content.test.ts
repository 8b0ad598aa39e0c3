import { describe, expect, it } from 'vitest';
import { batchContent } from '../../perturbations/index.ts';
import {
  byteTokenizer,
  expand,
  inputOf,
  pairTokenizer,
  promptOf,
  promptTokens,
  requestsOf,
  sampleCase,
  sampleCases,
} from '../support/perturbation-sample.ts';

describe('batch-content', () => {
  it('replaces one half of the rows at a time and probes the other', () => {
    const jobs = expand(batchContent, inputOf(batchContent, sampleCases(4)));
    expect(jobs.map(({ level, job }) => [level.id, requestsOf(job).map((request) => request.role)])).toEqual([
      ['none', ['probe', 'probe', 'probe', 'probe']],
      ['swap-first', ['mate', 'mate', 'probe', 'probe']],
      ['swap-second', ['probe', 'probe', 'mate', 'mate']],
    ]);
  });

  it('probes each case exactly once per swap, also in a last group that is filled with mates', () => {
    const jobs = expand(batchContent, inputOf(batchContent, sampleCases(6), { swaps: 2 })).filter(
      ({ level }) => level.reference !== null,
    );
    const probed = jobs
      .flatMap(({ job }) => requestsOf(job))
      .filter((request) => request.role === 'probe')
      .map((request) => request.caseId);
    expect(probed.toSorted()).toEqual(sampleCases(6).flatMap((testCase) => [testCase.id, testCase.id]));
    expect(jobs.filter(({ unit }) => unit.caseIds[0] === 'case-4').map(({ level }) => level.id)).toEqual([
      'swap-second',
      'swap-second-2',
    ]);
  });

  it.each([
    ['bytes', byteTokenizer],
    ['pairs', pairTokenizer],
  ])('changes the content of a replaced row and not its length, with a tokenizer of %s', (_name, tokenizer) => {
    const jobs = expand(batchContent, inputOf(batchContent, sampleCases(9), { swaps: 3 }, tokenizer));
    for (const { unit, level, job } of jobs) {
      const control = jobs.find((other) => other.unit === unit && other.level.id === 'none');
      const before = requestsOf(control?.job ?? job);
      for (const [row, request] of requestsOf(job).entries()) {
        const own = before[row];
        expect(request.id).toBe(own.id);
        expect(promptTokens(request)).toHaveLength(promptTokens(own).length);
        const replaced = own.role === 'probe' && request.role === 'mate';
        if (replaced) {
          expect(promptTokens(request)).not.toEqual(promptTokens(own));
          expect(request.canary).not.toBe(own.canary);
          expect(promptOf(request, tokenizer)).toContain(request.canary);
        }
        if (level.id === 'none') expect(request).toEqual(own);
      }
    }
  });

  it('plants a canary of its own before the query of every prompt', () => {
    const jobs = expand(batchContent, inputOf(batchContent, sampleCases(4), { mates: 3 }));
    const requests = requestsOf(jobs[0].job);
    expect(new Set(requests.map((request) => request.canary)).size).toBe(4);
    for (const request of requests) {
      expect(request.canary).toMatch(/^([a-z]{4} ){4}\d{4}$/);
      expect(promptOf(request)).toMatch(new RegExp(`\\npassphrase is ${request.canary}\\nQuery \\d:$`));
      const foreign = requests.filter((other) => other !== request && promptOf(request).includes(other.canary ?? ''));
      expect(foreign).toEqual([]);
    }
  });

  it('changes the content even when there is only one case', () => {
    const jobs = expand(batchContent, inputOf(batchContent, [sampleCase('one', ['context', 'abc'], ['query', 'de?'])]));
    expect(jobs.map(({ level }) => level.id)).toEqual(['none', 'swap-second']);
    const [own, changed] = jobs.map(({ job }) => requestsOf(job)[3]);
    expect(promptTokens(changed)).toHaveLength(promptTokens(own).length);
    expect(promptTokens(changed)).not.toEqual(promptTokens(own));
  });

  it('asks for proof that all rows shared one batch', () => {
    const [{ level }] = expand(batchContent, inputOf(batchContent, sampleCases(4)));
    expect(batchContent.evidenceProblem(level, { maxActiveRows: 4 })).toBeNull();
    expect(batchContent.evidenceProblem(level, { maxActiveRows: 3 })).toMatch(/at least 4/);
    expect(batchContent.evidenceProblem(level, {})).toMatch(/does not report/);
  });
});
