import { describe, expect, it } from 'vitest';
import { sideChannels } from '../../perturbations/index.ts';
import { expand, inputOf, promptTokens, sampleCases } from '../support/perturbation-sample.ts';

const [control, read] = expand(sideChannels, inputOf(sideChannels, sampleCases(3))).slice(0, 2);

describe('side-channels', () => {
  it('has owners with a canary each, and then a stranger without one', () => {
    const [owners, [stranger]] = read.job.waves;
    expect(owners).toHaveLength(2);
    expect(new Set(owners.map(({ canary }) => canary)).size).toBe(2);
    expect(owners.every(({ role, canary }) => role === 'mate' && canary !== null)).toBe(true);
    expect(stranger).toMatchObject({ role: 'probe', canary: null });
    expect(read.job.knobs).toEqual({ sideChannels: true });
  });

  it('has owners who say something else at equal lengths at the control, and the same stranger', () => {
    const [owners, stranger] = control.job.waves;
    expect(stranger).toEqual(read.job.waves[1]);
    for (const [at, owner] of owners.entries()) {
      const other = read.job.waves[0][at];
      expect(promptTokens(owner)).toHaveLength(promptTokens(other).length);
      expect(promptTokens(owner)).not.toEqual(promptTokens(other));
      expect(owner.canary).not.toBe(other.canary);
    }
  });

  it('wants proof that errors were provoked, and that the search finds what is there', () => {
    const problem = (counters: Record<string, number>) => sideChannels.evidenceProblem(read.level, counters);
    expect(problem({ sideErrors: 5, sidePlantedFound: 18 })).toBeNull();
    expect(problem({ sideErrors: 0, sidePlantedFound: 18 })).toContain('sideErrors is 0');
    expect(problem({ sideErrors: 5, sidePlantedFound: 0 })).toContain('sidePlantedFound is 0');
    expect(problem({})).toContain('does not report');
    expect(sideChannels.evidenceProblem(control.level, {})).toBeNull();
  });
});
