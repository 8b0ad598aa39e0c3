import { describe, expect, it } from 'vitest';
import { prefillDecode } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const jobs = (options: object = {}) => expand(prefillDecode, inputOf(prefillDecode, sampleCases(1), options));

describe('prefill-decode', () => {
  it('decodes, reads the output again in one go, and decodes behind a cached prefix', () => {
    const told = jobs().map(({ level, job }) => [
      level.id,
      job.waves.flat().map(({ id, evaluation, forcedFromLevel }) => [id, evaluation, forcedFromLevel]),
    ]);
    expect(Object.fromEntries(told)).toEqual({
      none: [['case-0', undefined, null]],
      prefill: [['case-0', 'prefill', 'none']],
      warm: [
        ['case-0~first', undefined, null],
        ['case-0', undefined, null],
      ],
    });
  });

  it('sets drafts only where they are asked for', () => {
    expect(jobs()[0].job.knobs).toEqual({});
    expect(jobs({ draftTokens: 2 }).map(({ job }) => job.knobs)).toEqual(jobs().map(() => ({ draftTokens: 2 })));
  });

  it('wants proof that tokens were read again, and of a hit', () => {
    const [none, prefill, warm] = jobs().map(({ level }) => level);
    expect(prefillDecode.evidenceProblem(none, {})).toBeNull();
    expect(prefillDecode.evidenceProblem(prefill, { forcedPositions: 0 })).toContain('forcedPositions is 0');
    expect(prefillDecode.evidenceProblem(prefill, { forcedPositions: 4 })).toBeNull();
    expect(prefillDecode.evidenceProblem(warm, { cachedTokens: 0 })).toContain('cachedTokens is 0');
  });

  it('keeps every bit on the engine, with the same log-probabilities', async () => {
    const run = await runPerturbation(prefillDecode, {}, { cases: longCases(2) });
    expect(told(run)).toEqual(['prefill', 'warm'].map((level) => [level, '2/2', '2/2', null]));
    const [decoded, read] = run.levels.map(({ requests }) => requests[0]);
    expect(read.logprobs).toEqual(decoded.logprobs);
    expect(read.tokenIds).toEqual(decoded.tokenIds);
    expect(read.logprobs.length).toBe(8);
  }, 60_000);

  it('positive control: finds an entry that decoding sees one token late', async () => {
    const { determinism } = await runPerturbation(prefillDecode, {}, { fault: 'decode-sees-less' });
    // consistent with itself: only reading the output again shows it
    expect(determinism.map(({ level, bits }) => [level, 'n' in bits && bits.equal])).toEqual([
      ['prefill', 0],
      ['warm', 1],
    ]);
  }, 60_000);
});
