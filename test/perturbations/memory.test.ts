import { describe, expect, it } from 'vitest';
import { memory } from '../../perturbations/index.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

describe('memory', () => {
  it('owes equal bits where only the place changes, and measures drift where the memory is off', () => {
    const jobs = expand(memory, inputOf(memory, sampleCases(1), {}));
    expect(jobs.map(({ level, job }) => [level.id, level.axis, level.promise, job.knobs])).toEqual([
      ['none', 'memory', 'bit-equal', { memory: 'resident' }],
      ['host', 'memory/placement', 'bit-equal', { memory: 'host' }],
      ['off', 'memory/toggle', 'drift', { memory: 'off' }],
    ]);
    expect(jobs.map(({ job }) => job.waves[0][0].forcedFromLevel)).toEqual([null, null, 'none']);
  });

  it('wants proof that rows were read, except where there are none', () => {
    const [control, host, off] = expand(memory, inputOf(memory, sampleCases(1), {})).map((one) => one.level);
    expect(memory.evidenceProblem(control, { memoryRows: 0 })).toContain('memoryRows is 0');
    expect(memory.evidenceProblem(host, { memoryRows: 9 })).toBeNull();
    expect(memory.evidenceProblem(off, { memoryRows: 0 })).toBeNull();
  });
});
