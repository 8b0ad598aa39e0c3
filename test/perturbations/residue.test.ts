import { describe, expect, it } from 'vitest';
import { residue } from '../../perturbations/index.ts';
import { expand, inputOf, promptTokens, sampleCases } from '../support/perturbation-sample.ts';

const [control, closed] = expand(residue, inputOf(residue, sampleCases(2))).slice(0, 2);

describe('residue', () => {
  it('has a session for an owner among pushers, and one for a stranger who sends the same', () => {
    expect(closed.job.sessions).toBe('one-per-wave');
    expect(closed.job.knobs).toMatchObject({ coldTier: 'files', warmTier: 'tight' });
    const [[owner, ...pushers], [stranger]] = closed.job.waves;
    expect(pushers).toHaveLength(3);
    expect(promptTokens(owner)).toEqual(promptTokens(stranger));
    expect(owner.canary).toBe(stranger.canary);
    expect(owner.cacheSalt).not.toBe(stranger.cacheSalt);
    expect(pushers.every(({ canary }) => canary === null)).toBe(true);
  });

  it('has an owner of another canary and equal length at the control, and the same stranger', () => {
    const [[owner], [stranger]] = control.job.waves;
    expect(promptTokens(owner)).toHaveLength(promptTokens(stranger).length);
    expect(promptTokens(owner)).not.toEqual(promptTokens(stranger));
    expect(owner.canary).not.toBe(stranger.canary);
    expect(stranger).toEqual(closed.job.waves[1][0]);
  });

  it('wants proof that pages went to files, and that the search finds what is there', () => {
    const problem = (counters: Record<string, number>) => residue.evidenceProblem(closed.level, counters);
    const whole = { spills: 2, residueFilesBefore: 2, residueFoundBefore: 5 };
    expect(problem(whole)).toBeNull();
    expect(problem({ ...whole, spills: 0 })).toContain('spills is 0');
    expect(problem({ ...whole, residueFilesBefore: 0 })).toContain('residueFilesBefore is 0');
    expect(problem({ ...whole, residueFoundBefore: 0 })).toContain('residueFoundBefore is 0');
    expect(problem({})).toContain('does not report');
    expect(residue.evidenceProblem(control.level, {})).toBeNull();
  });
});
