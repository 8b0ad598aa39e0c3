import { describe, expect, it } from 'vitest';
import { speculative } from '../../perturbations/index.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

describe('speculative', () => {
  it('drafts at the levels, not at the control, and decodes greedily whatever the generation settings say', () => {
    const input = inputOf(speculative, sampleCases(1), { draftTokens: [1, 4] });
    const jobs = expand(speculative, { ...input, generation: { ...input.generation, temperature: 0.7 } });
    expect(jobs.map(({ level, job }) => [level.id, job.knobs])).toEqual([
      ['none', { draftTokens: 0 }],
      ['draft-1', { draftTokens: 1 }],
      ['draft-4', { draftTokens: 4 }],
    ]);
    expect(jobs.flatMap(({ job }) => job.waves.flat()).every(({ temperature }) => temperature === 0)).toBe(true);
  });

  it('wants proof that a draft was rejected', () => {
    const [control, level] = expand(speculative, inputOf(speculative, sampleCases(1), {})).map((one) => one.level);
    expect(speculative.evidenceProblem(control, {})).toBeNull();
    expect(speculative.evidenceProblem(level, { rejectedDrafts: 0, acceptedDrafts: 5 })).toContain('rejectedDrafts');
    expect(speculative.evidenceProblem(level, { rejectedDrafts: 1 })).toBeNull();
  });
});
