import { describe, expect, it } from 'vitest';
import { cachePolicy } from '../../perturbations/index.ts';
import {
  byteTokenizer,
  expand,
  generation,
  inputOf,
  promptTokens,
  sampleCases,
} from '../support/perturbation-sample.ts';

const cases = sampleCases(3);
const jobs = (options: object = {}) => expand(cachePolicy, inputOf(cachePolicy, cases, { cases: 3, ...options }));

describe('cache-policy', () => {
  it('asks each probe on an empty cache, and elsewhere after every prompt of the group has run once', () => {
    const waves = jobs({ states: ['warm'] }).map(({ job }) => job.waves.map((wave) => wave.map(({ id }) => id)));
    expect(waves).toEqual([
      [['case-0'], ['case-1'], ['case-2']],
      [['case-0~first'], ['case-1~first'], ['case-2~first'], ['case-0'], ['case-1'], ['case-2']],
    ]);
  });

  it('sets knobs for each state, with room for one request where pages have to travel', () => {
    const longest = Math.max(
      ...jobs()[0]
        .job.waves.flat()
        .map((request) => promptTokens(request, byteTokenizer).length + generation.maxTokens),
    );
    expect(Object.fromEntries(jobs().map(({ level, job }) => [level.id, job.knobs]))).toEqual({
      none: { prefixCache: false },
      warm: { prefixCache: true },
      host: { prefixCache: true, hotTokens: longest },
      disk: { prefixCache: true, hotTokens: longest, warmTier: 'tight', coldTier: 'lossless' },
      'window-zero': { prefixCache: true, windowPolicy: 'zero' },
      lossy: { prefixCache: true, hotTokens: longest, warmTier: 'tight', coldTier: 'nvfp4' },
      'window-approximate': { prefixCache: true, windowPolicy: 'bounded-replay' },
    });
  });

  it('owes equal bits where the policy is exact, and forces the answer where drift is measured', () => {
    for (const { level, job } of jobs()) {
      const drifts = ['lossy', 'window-approximate'].includes(level.id);
      expect(level.promise).toBe(drifts ? 'drift' : 'bit-equal');
      const probes = job.waves.flat().filter(({ role }) => role === 'probe');
      expect(probes.map(({ forcedFromLevel }) => forcedFromLevel)).toEqual(probes.map(() => (drifts ? 'none' : null)));
      expect(probes.every(({ promptLogits }) => promptLogits === 'skipped')).toBe(true);
    }
  });

  it('wants proof of a hit, and of pages that came back', () => {
    const level = (id: string) => jobs().find((one) => one.level.id === id)!.level;
    expect(cachePolicy.evidenceProblem(level('none'), {})).toBeNull();
    for (const [id, counter] of [
      ['warm', 'hits'],
      ['host', 'promotions'],
      ['disk', 'restores'],
      ['lossy', 'restores'],
      ['window-zero', 'replayedTokens'],
      ['window-approximate', 'replayedTokens'],
    ] as const) {
      expect(cachePolicy.evidenceProblem(level(id), { [counter]: 0 })).toContain(`${counter} is 0`);
      expect(cachePolicy.evidenceProblem(level(id), { [counter]: 1 })).toBeNull();
    }
  });
});
