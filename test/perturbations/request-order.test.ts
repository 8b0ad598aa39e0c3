import { describe, expect, it } from 'vitest';
import { requestOrder } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const jobs = (options: object = {}, count = 6) =>
  expand(requestOrder, inputOf(requestOrder, sampleCases(count), options));
const orders = (options: object = {}): string[][] =>
  jobs(options).map(({ job }) => job.waves.flat().map(({ id }) => id));

describe('request-order', () => {
  it('hands in the same requests together, reversed and shuffled', () => {
    const [none, reversed, ...shuffled] = orders();
    expect(none).toEqual(['case-0', 'case-1', 'case-2', 'case-3', 'case-4', 'case-5']);
    expect(reversed).toEqual(none.toReversed());
    expect(shuffled.length).toBe(2);
    for (const one of shuffled) expect(one.toSorted()).toEqual(none);
    expect(shuffled.every((one) => one.join() !== none.join())).toBe(true);
    expect(jobs().every(({ job }) => job.waves.length === 1)).toBe(true);
  });

  it('has outputs of unequal lengths, each its own at every level', () => {
    for (const { job } of jobs())
      for (const { id, maxTokens } of job.waves.flat()) expect(maxTokens).toBe(4 - (Number(id.slice(-1)) % 3));
  });

  it('sets fewer rows than requests, or nothing', () => {
    expect(jobs().map(({ job }) => job.knobs)).toEqual(jobs().map(() => ({ maxBatch: 4 })));
    expect(jobs({ rows: null }).map(({ job }) => job.knobs)).toEqual(jobs().map(() => ({})));
  });

  it('wants proof of a shared step, and of a request that waited where some had to', () => {
    const [, { level }] = jobs();
    expect(requestOrder.evidenceProblem(level, { maxActiveRows: 1, slotReuses: 1 })).toContain('maxActiveRows is 1');
    expect(requestOrder.evidenceProblem(level, { maxActiveRows: 4, slotReuses: 0 })).toContain('slotReuses is 0');
    expect(requestOrder.evidenceProblem(level, { maxActiveRows: 4, slotReuses: 2 })).toBeNull();
    const [, all] = jobs({ rows: null });
    expect(requestOrder.evidenceProblem(all.level, { maxActiveRows: 4 })).toBeNull();
  });

  it('keeps every bit on the engine; positive control: finds a slot that keeps what the request before left', async () => {
    const [options, change] = [
      { requests: 4, rows: 2, shuffles: 1 },
      { cases: longCases(4), maxTokens: 4 },
    ];
    const run = await runPerturbation(requestOrder, options, change);
    expect(told(run)).toEqual(['reversed', 'shuffle-1'].map((level) => [level, '4/4', '4/4', null]));
    const { determinism } = await runPerturbation(requestOrder, options, { ...change, fault: 'state-not-reset' });
    for (const { bits } of determinism) expect('n' in bits && bits.equal < bits.n).toBe(true);
  }, 60_000);
});
