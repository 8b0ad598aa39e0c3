import { describe, expect, it } from 'vitest';
import { precision } from '../../perturbations/index.ts';
import { expand, inputOf, requestsOf, sampleCases } from '../support/perturbation-sample.ts';

describe('precision', () => {
  it('takes the first mode as the reference and runs each level in its mode', () => {
    const expanded = expand(precision, inputOf(precision, sampleCases(1), { levels: ['bf16', 'f32', 'w8a8'] }));
    expect(expanded.map(({ level, job }) => [level.id, level.reference, job.precision])).toEqual([
      ['bf16', null, 'bf16'],
      ['f32', 'bf16', 'f32'],
      ['w8a8', 'bf16', 'w8a8'],
    ]);
  });

  it('scores prompt positions and forces nothing', () => {
    for (const { job } of expand(precision, inputOf(precision, sampleCases(2)))) {
      expect(requestsOf(job)).toMatchObject([{ scoreLastPositions: 8, forcedFromLevel: null }]);
    }
  });
});
