import { describe, expect, it } from 'vitest';
import { streaming } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const levels = (options: object = {}) => expand(streaming, inputOf(streaming, sampleCases(1), options));

describe('streaming', () => {
  it('takes the same answer whole and as a stream', () => {
    const deliveries = levels().map(({ level, job }) => [level.id, job.waves.flat().map(({ delivery }) => delivery)]);
    expect(deliveries).toEqual([
      ['none', [undefined]],
      ['stream', ['stream']],
    ]);
  });

  it('wants proof of pieces, and of a character of several bytes unless the answers have none', () => {
    const [whole, stream] = levels().map(({ level }) => level);
    expect(streaming.evidenceProblem(whole, {})).toBeNull();
    expect(streaming.evidenceProblem(stream, { pieces: 1, multiByteCharacters: 3 })).toContain('pieces is 1');
    expect(streaming.evidenceProblem(stream, { pieces: 2, multiByteCharacters: 0 })).toContain('several bytes');
    expect(streaming.evidenceProblem(stream, { pieces: 2, multiByteCharacters: 1 })).toBeNull();
    const [, plain] = levels({ multiByte: false });
    expect(streaming.evidenceProblem(plain.level, { pieces: 2, multiByteCharacters: 0 })).toBeNull();
  });

  it('tells a prompt that the target counts otherwise than it was sent', () => {
    const [{ level }] = levels();
    expect(streaming.evidenceProblem(level, { promptCountsDiffer: 1 })).toContain('counts the prompt tokens of 1');
    expect(streaming.evidenceProblem(level, { promptCountsDiffer: 0 })).toBeNull();
  });

  it('keeps text and bits on the engine; positive control: finds bytes that come twice, in text alone', async () => {
    const change = { cases: longCases(2), maxTokens: 16 };
    expect(told(await runPerturbation(streaming, {}, change))).toEqual([['stream', '2/2', '2/2', null]]);
    const { determinism } = await runPerturbation(streaming, {}, { ...change, fault: 'bytes-twice' });
    expect(determinism[0]).toMatchObject({ bits: { equal: 2 }, evidenceProblem: null });
    expect(determinism[0].text.equal).toBeLessThan(2);
  }, 60_000);
});
