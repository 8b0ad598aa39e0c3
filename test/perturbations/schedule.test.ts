import { describe, expect, it } from 'vitest';
import { schedule } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import {
  byteTokenizer,
  expand,
  generation,
  inputOf,
  promptTokens,
  sampleCases,
} from '../support/perturbation-sample.ts';

const jobs = (options: object = {}) =>
  expand(schedule, inputOf(schedule, sampleCases(3), { requests: 3, orders: 1, ...options }));

describe('schedule', () => {
  it('runs all at once, and elsewhere sends each prompt first, then a long request before all', () => {
    const [none, recompute] = jobs().map(({ job }) => job.waves.map((wave) => wave.map(({ id }) => id)));
    expect(none).toEqual([['case-0', 'case-1', 'case-2']]);
    expect(recompute).toEqual([
      ['case-0~first'],
      ['case-1~first'],
      ['case-2~first'],
      ['case-0~long', 'case-0', 'case-1', 'case-2'],
    ]);
  });

  it('has room for the long request and the longest', () => {
    const [none, recompute, swap] = jobs().map(({ job }) => job);
    const [long, ...probes] = recompute.waves[3].map((one) => promptTokens(one, byteTokenizer).length);
    expect(none.knobs).toEqual({ prefixCache: false });
    expect(recompute.knobs).toEqual({
      prefixCache: true,
      chunkSize: 64,
      hotTokens: long + Math.max(...probes) + 2 * generation.maxTokens,
      preemption: 'recompute',
      copyDelaySteps: 3,
      scheduleSeed: 1,
    });
    expect(swap.knobs).toEqual({ ...recompute.knobs, preemption: 'swap' });
    expect(jobs({ memoryPrefetch: true })[1].job.knobs).toMatchObject({ memory: 'host', memoryPrefetch: true });
  });

  it('has a long request of all prompts that shares no prefix with them, cut where it is too long', () => {
    const long = promptTokens(jobs()[1].job.waves[3][0]);
    const probes = jobs()[1]
      .job.waves[3].slice(1)
      .map((one) => promptTokens(one).length);
    expect(long.length).toBe(probes.reduce((sum, length) => sum + length + 1, 0));
    expect(long[0]).toBe(10);
    expect(promptTokens(jobs({ longTokens: 20 })[1].job.waves[3][0]).length).toBe(20);
  });

  it('wants proof that a request gave way, that pages came back, and that states moved where they should', () => {
    const [none, recompute, swap] = jobs().map(({ level }) => level);
    expect(schedule.evidenceProblem(none, {})).toBeNull();
    expect(schedule.evidenceProblem(recompute, { preemptions: 0, promotions: 1 })).toContain('preemptions is 0');
    expect(schedule.evidenceProblem(recompute, { preemptions: 1, promotions: 0 })).toContain('promotions is 0');
    expect(schedule.evidenceProblem(recompute, { preemptions: 1, promotions: 1 })).toBeNull();
    expect(schedule.evidenceProblem(swap, { preemptions: 1, promotions: 1, swaps: 0 })).toContain('swaps is 0');
  });

  it('keeps every bit on the engine; positive control: finds a token that comes twice when a request resumes', async () => {
    const [options, change] = [{ requests: 4, orders: 1 }, { cases: longCases(4) }];
    const run = await runPerturbation(schedule, options, change);
    expect(told(run)).toEqual(['recompute-1', 'swap-1'].map((level) => [level, '4/4', '4/4', null]));
    const faulty = { ...change, fault: 'resume-duplicates' };
    const { determinism } = await runPerturbation(schedule, { ...options, preemptions: ['recompute'] }, faulty);
    const [{ bits, evidenceProblem }] = determinism;
    expect(evidenceProblem).toBeNull();
    expect('n' in bits && bits.equal < bits.n).toBe(true);
  }, 60_000);

  it('runs with rows of a memory that are fetched ahead of time', async () => {
    const options = { requests: 3, orders: 1, preemptions: ['swap'], memoryPrefetch: true };
    const run = await runPerturbation(schedule, options, { cases: longCases(3), preset: 'v4-tiny-engram' });
    expect(told(run)).toEqual([['swap-1', '3/3', '3/3', null]]);
  }, 60_000);
});
