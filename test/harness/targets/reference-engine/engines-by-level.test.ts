import { describe, expect, it } from 'vitest';
import { buildCheckpoint } from '../../../../engine/index.ts';
import { enginesByLevel } from '../../../../harness/targets/reference-engine/engines-by-level.ts';

const engineFor = enginesByLevel(buildCheckpoint({ preset: 'v4-tiny', seed: 'levels' }), {
  precision: 'f32-kvq',
  maxBatch: 3,
  parts: { admissionOrder: () => 0 },
});
const level = { precision: 'target-default' } as const;

describe('the engines of levels', () => {
  it('are one for each precision and set of knobs, in whatever order the knobs stand', () => {
    const one = engineFor({ ...level, knobs: { maxBatch: 2, chunkSize: 8 } });
    expect(engineFor({ ...level, knobs: { chunkSize: 8, maxBatch: 2 } })).toBe(one);
    expect(engineFor(level)).not.toBe(one);
    expect(engineFor({ precision: 'f32' })).not.toBe(engineFor(level));
  });

  it('have what the options say, and over it what the level sets', () => {
    expect(engineFor(level).options).toMatchObject({ precision: 'f32-kvq', maxBatch: 3 });
    expect(engineFor({ precision: 'w8a8', knobs: { maxBatch: 2 } }).options).toMatchObject({
      precision: 'w8a8',
      maxBatch: 2,
    });
  });

  it('keep a part that is exchanged when a level draws orders of its own', () => {
    const { parts } = engineFor({ ...level, knobs: { scheduleSeed: 1 } }).options;
    expect(parts.admissionOrder?.([])).toBe(0);
    expect(Object.keys(parts)).toContain('preemptionVictim');
  });

  it('count the pages of a capacity in tokens', () => {
    const { cache } = engineFor({ ...level, knobs: { hotTokens: 65 } }).openSession();
    expect(cache.pool.capacity).toBe(2);
  });
});
