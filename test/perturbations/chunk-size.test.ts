import { describe, expect, it } from 'vitest';
import { chunkSize } from '../../perturbations/index.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

describe('chunk-size', () => {
  it('sends the same request with another chunk size at each level', () => {
    const jobs = expand(chunkSize, inputOf(chunkSize, sampleCases(1), { control: 64, sizes: [1, 16] }));
    expect(jobs.map(({ level, job }) => [level.id, level.label, job.knobs])).toEqual([
      ['none', 'chunks of 64', { chunkSize: 64 }],
      ['chunk-1', 'chunks of 1 token', { chunkSize: 1 }],
      ['chunk-16', 'chunks of 16 tokens', { chunkSize: 16 }],
    ]);
    expect(new Set(jobs.map(({ job }) => JSON.stringify(job.waves))).size).toBe(1);
    expect(jobs.every(({ level }) => level.promise === 'bit-equal')).toBe(true);
  });

  it('wants proof of more than one chunk, but not of the control', () => {
    const [control, level] = expand(chunkSize, inputOf(chunkSize, sampleCases(1), {})).map((one) => one.level);
    expect(control.label).toBe('one chunk');
    expect(chunkSize.evidenceProblem(control, { laterChunks: 0 })).toBeNull();
    expect(chunkSize.evidenceProblem(level, { laterChunks: 0 })).toContain('laterChunks is 0');
    expect(chunkSize.evidenceProblem(level, { laterChunks: 2 })).toBeNull();
  });
});
