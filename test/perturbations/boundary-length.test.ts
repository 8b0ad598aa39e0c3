import { describe, expect, it } from 'vitest';
import { boundaryLength } from '../../perturbations/index.ts';
import { runPerturbation, told } from '../support/perturbation-run.ts';
import { BEGIN, expand, inputOf, pairTokenizer, promptTokens, sampleCases } from '../support/perturbation-sample.ts';

const jobs = (options: object = {}) => expand(boundaryLength, inputOf(boundaryLength, sampleCases(1), options));

describe('boundary-length', () => {
  it('runs each border with one token less, exactly, and one more, each length once', () => {
    const [{ job }] = jobs({ borders: [4, 5, 300] });
    const lengths = job.waves.flat().map((request) => promptTokens(request).length);
    expect(lengths).toEqual([3, 4, 5, 6, 299, 300, 301]);
  });

  it('cuts from the text, which is repeated where it is too short; a begin token counts', () => {
    const [{ job }] = expand(
      boundaryLength,
      inputOf(boundaryLength, sampleCases(1), { borders: [400] }, pairTokenizer),
    );
    for (const [index, request] of job.waves.flat().entries()) {
      const tokens = promptTokens(request, pairTokenizer);
      expect(tokens.length).toBe(399 + index);
      expect(tokens.filter((token) => token === BEGIN)).toEqual([BEGIN]);
    }
  });

  it('asks twice where the cache is warm, each length under a salt of its own', () => {
    const [none, warm, chunks] = jobs({ borders: [8] });
    const ids = (job: typeof none.job) => job.waves.flat().map(({ id }) => id);
    expect(ids(none.job)).toEqual(['case-0~length-7', 'case-0~length-8', 'case-0~length-9']);
    expect(ids(warm.job).slice(0, 2)).toEqual(['case-0~length-7~first', 'case-0~length-7']);
    expect(new Set(warm.job.waves.flat().map((one) => one.cacheSalt)).size).toBe(3);
    expect([none, warm, chunks].map(({ job }) => job.knobs?.chunkSize)).toEqual([65_536, 65_536, 16]);
    expect(jobs({ compare: ['warm'] }).map(({ job }) => job.knobs)).toEqual([{}, {}]);
  });

  it('wants proof of a hit, and of more than one chunk', () => {
    const [, warm, chunks] = jobs();
    expect(boundaryLength.evidenceProblem(warm.level, { cachedTokens: 0 })).toContain('cachedTokens is 0');
    expect(boundaryLength.evidenceProblem(chunks.level, { laterChunks: 0 })).toContain('laterChunks is 0');
    expect(boundaryLength.evidenceProblem(warm.level, { cachedTokens: 64 })).toBeNull();
    expect(boundaryLength.evidenceProblem(chunks.level, { laterChunks: 1 })).toBeNull();
  });

  it('keeps every bit on the engine; positive control: finds a fault of one length alone, and names it', async () => {
    const [options, change] = [{ borders: [16, 64] }, { maxTokens: 2 }];
    const run = await runPerturbation(boundaryLength, options, change);
    expect(told(run)).toEqual(['warm', 'chunks'].map((level) => [level, '6/6', '6/6', null]));
    const { determinism } = await runPerturbation(boundaryLength, options, { ...change, fault: 'tail-of-one' });
    const found = determinism.map(({ divergences }) => divergences.map(({ requestId }) => requestId));
    // the tail of 1 behind a page of 64; in chunks of 16 also 17
    expect(found).toEqual([['long-0~length-65'], ['long-0~length-17', 'long-0~length-65']]);
  }, 60_000);
});
