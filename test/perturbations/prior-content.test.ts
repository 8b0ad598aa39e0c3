import { describe, expect, it } from 'vitest';
import { priorContent } from '../../perturbations/index.ts';
import {
  byteTokenizer,
  expand,
  inputOf,
  pairTokenizer,
  promptOf,
  promptTokens,
  sampleCase,
  sampleCases,
} from '../support/perturbation-sample.ts';

describe('prior-content', () => {
  it('runs others first and then the probes alone', () => {
    for (const { unit, job } of expand(priorContent, inputOf(priorContent, sampleCases(7)))) {
      expect(job.waves.map((wave) => [...new Set(wave.map((request) => request.role))])).toEqual([['mate'], ['probe']]);
      expect(job.waves[0]).toHaveLength(3);
      expect(job.waves[1].map((request) => request.caseId)).toEqual(unit.caseIds);
    }
  });

  it.each([
    ['bytes', byteTokenizer],
    ['pairs', pairTokenizer],
  ])(
    'changes what was said before and neither its length nor the probes, with a tokenizer of %s',
    (_name, tokenizer) => {
      const jobs = expand(priorContent, inputOf(priorContent, sampleCases(7), { swaps: 2 }, tokenizer));
      expect(jobs.slice(0, 3).map(({ level }) => level.id)).toEqual(['none', 'swap', 'swap-2']);
      for (let unit = 0; unit < jobs.length; unit += 3) {
        const [control, ...swaps] = jobs.slice(unit, unit + 3).map(({ job }) => job.waves);
        for (const [prior, probes] of swaps) {
          expect(probes).toEqual(control[1]);
          for (const [row, request] of prior.entries()) {
            expect(promptTokens(request)).toHaveLength(promptTokens(control[0][row]).length);
            expect(promptTokens(request)).not.toEqual(promptTokens(control[0][row]));
            expect(request.canary).not.toBe(control[0][row].canary);
          }
        }
      }
    },
  );

  it('says before what no probe of the unit says', () => {
    const jobs = expand(priorContent, inputOf(priorContent, sampleCases(7)));
    for (const { unit, job } of jobs) {
      for (const request of job.waves[0]) expect(unit.caseIds).not.toContain(request.caseId);
      const canaries = job.waves.flat().map((request) => request.canary ?? '');
      expect(new Set(canaries).size).toBe(canaries.length);
      for (const probe of job.waves[1])
        expect(canaries.filter((canary) => promptOf(probe).includes(canary))).toEqual([probe.canary]);
    }
  });

  it('works with one case alone', () => {
    const [none, swap] = expand(priorContent, inputOf(priorContent, [sampleCase('one', ['query', 'ab'])]));
    expect(promptTokens(swap.job.waves[0][0])).not.toEqual(promptTokens(none.job.waves[0][0]));
  });

  it('asks for proof that a slot was used again', () => {
    const [{ level }] = expand(priorContent, inputOf(priorContent, sampleCases(4)));
    expect(priorContent.evidenceProblem(level, { slotReuses: 1 })).toBeNull();
    expect(priorContent.evidenceProblem(level, { slotReuses: 0 })).toMatch(/slotReuses is 0/);
    expect(priorContent.evidenceProblem(level, {})).toMatch(/does not report slotReuses/);
  });
});
