import { describe, expect, it } from 'vitest';
import { tokenization } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

describe('tokenization', () => {
  const levels = expand(tokenization, inputOf(tokenization, sampleCases(1), {}));

  it('sends one prompt in two forms', () => {
    const sent = levels.map(({ level, job }) => [level.id, job.waves.flat().map(({ promptForm }) => promptForm)]);
    expect(sent).toEqual([
      ['none', ['tokens']],
      ['text', ['text']],
    ]);
    const [tokens, text] = levels.map(({ job }) => job.waves[0][0].prompt);
    expect(text).toEqual(tokens);
  });

  it('wants proof that text was sent, and tells a prompt that is counted otherwise', () => {
    const [, { level }] = levels;
    expect(tokenization.evidenceProblem(level, { promptCountsDiffer: 0, textPrompts: 1 })).toBeNull();
    expect(tokenization.evidenceProblem(level, { promptCountsDiffer: 0 })).toContain('does not report textPrompts');
    expect(tokenization.evidenceProblem(level, { promptCountsDiffer: 2, textPrompts: 1 })).toContain('of 2 requests');
  });

  it('keeps bits on the engine; positive control: finds a token that is put before every text', async () => {
    const cases = longCases(2);
    expect(told(await runPerturbation(tokenization, {}, { cases }))).toEqual([['text', '2/2', '2/2', null]]);
    const { determinism } = await runPerturbation(tokenization, {}, { cases, benchFault: 'double-bos' });
    expect(determinism).toMatchObject([{ bits: { equal: 0, n: 2 } }]);
    expect(determinism[0].evidenceProblem).toContain('counts the prompt tokens');
  }, 60_000);
});
