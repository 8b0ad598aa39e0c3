import { describe, expect, it } from 'vitest';
import { concurrency } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const jobs = (options: object) => expand(concurrency, inputOf(concurrency, sampleCases(4), options));

describe('concurrency', () => {
  it('sends one at a time, and so many at once', () => {
    const sizes = jobs({ inFlight: [2, 4] }).map(({ level, job }) => [level.id, job.waves.map((wave) => wave.length)]);
    expect(sizes).toEqual([
      ['none', [1, 1, 1, 1]],
      ['at-once-2', [2, 2]],
      ['at-once-4', [4]],
    ]);
  });

  it('wants the number that was reached: in flight as a client saw it, else in one step', () => {
    const [none, four] = jobs({}).map(({ level }) => level);
    expect(concurrency.evidenceProblem(none, {})).toBeNull();
    expect(concurrency.evidenceProblem(four, {})).toContain('does not report');
    expect(concurrency.evidenceProblem(four, { maxInFlight: 3, maxActiveRows: 4 })).toContain('3 requests');
    expect(concurrency.evidenceProblem(four, { maxInFlight: 4, maxActiveRows: 1 })).toBeNull();
    expect(concurrency.evidenceProblem(four, { maxActiveRows: 4 })).toBeNull();
  });

  it('keeps every bit on the engine', async () => {
    const run = await runPerturbation(concurrency, { inFlight: [3] }, { cases: longCases(3), maxTokens: 4 });
    expect(told(run)).toEqual([['at-once-3', '3/3', '3/3', null]]);
  }, 60_000);
});
