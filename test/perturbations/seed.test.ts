import { describe, expect, it } from 'vitest';
import { seed } from '../../perturbations/index.ts';
import { longCases, runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const jobs = (options: object = {}, count = 3) =>
  expand(seed, inputOf(seed, sampleCases(count), { mates: 2, ...options })).slice(0, 4);

describe('seed', () => {
  it('asks first and alone, then in the last row beside others, then after others', () => {
    const rows = jobs().map(({ level, job }) => [level.id, job.waves.map((wave) => wave.map(({ id }) => id))]);
    const others = ['case-0~seed-1', 'case-0~seed-2'];
    expect(Object.fromEntries(rows)).toEqual({
      none: [['case-0'], [others[0]], [others[1]]],
      beside: [[...others, 'case-0']],
      'same-seed': [['case-0~mate-0', 'case-0~mate-1', 'case-0'], [others[0]], [others[1]]],
      after: [others, ['case-0']],
    });
  });

  it('has one temperature, other seeds for the same prompt, and the same seed for other prompts', () => {
    const [, , { job }] = jobs({ temperature: 0.7 });
    expect(job.waves.flat().map(({ temperature }) => temperature)).toEqual([0.7, 0.7, 0.7, 0.7, 0.7]);
    expect(job.waves.flat().map((one) => one.seed)).toEqual([7, 7, 7, 6, 5]);
    expect(job.waves[0].map(({ caseId }) => caseId)).toEqual(['case-1', 'case-2', 'case-0']);
  });

  it('keeps the bits of a seed on the engine, with proof that chance had a part', async () => {
    const run = await runPerturbation(seed, {}, { cases: longCases(2) });
    expect(told(run)).toEqual(['beside', 'same-seed', 'after'].map((level) => [level, '2/2', '2/2', null]));
  }, 60_000);

  it.each(['seed-by-row', 'seed-shared'])(
    'positive control: finds %s',
    async (fault) => {
      const { determinism } = await runPerturbation(seed, { settings: ['beside'] }, { fault });
      expect(determinism[0]).toMatchObject({ evidenceProblem: null, tokens: { equal: 0, n: 1 } });
    },
    60_000,
  );

  it('shows nothing where the seed is not used, or every token is the most likely', async () => {
    const ignored = await runPerturbation(seed, { settings: ['after'] }, { fault: 'seed-ignored' });
    expect(ignored.determinism[0].evidenceProblem).toContain('other seeds gave the same output');
    const level = jobs()[3].level;
    expect(seed.evidenceProblem(level, { sampledBelowTop: 0 })).toContain('left to chance');
    expect(seed.evidenceProblem(level, {})).toContain('does not report sampledBelowTop');
    const beside = { ...level, id: 'beside' };
    expect(seed.evidenceProblem(beside, { sampledBelowTop: 1, maxActiveRows: 1 })).toContain('maxActiveRows is 1');
  }, 60_000);
});
