import { describe, expect, it } from 'vitest';
import type { LevelObservation, Target } from '../../../../harness/schema/index.ts';
import { createReferenceEngineTarget, type ReferenceEngineOptions } from '../../../../harness/targets/index.ts';
import { createEngineFamily } from '../../../../harness/targets/reference-engine/family.ts';
import { levelJob, plannedRequest } from '../../../support/endpoint-target.ts';

const options: ReferenceEngineOptions = {
  id: 'reference-engine',
  checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'family' },
  precision: 'f32',
  lanes: 1,
  maxBatch: 4,
  chunkSize: 64,
  keyBlock: 64,
  splitPolicy: { kind: 'none' },
  mhcSplitK: { kind: 'none' },
  partsModule: null,
};
/** Settings that change bits of a batch. */
const variant: ReferenceEngineOptions = {
  ...options,
  mhcSplitK: { kind: 'by-token-count', multiprocessors: 64, tokenBlock: 4 },
};
const job = levelJob([[plannedRequest('one', 'Even keel.'), plannedRequest('two', 'A second one.')]]);
const record = async (target: Target): Promise<LevelObservation> =>
  (await target.runLevel(job, { lane: 0, forced: new Map() })).record;

describe('a family of engines over one checkpoint', () => {
  it('answers and describes itself as targets of their own do, whatever ran in it before', async () => {
    const family = createEngineFamily();
    const records = [];
    for (const own of [options, variant, options]) {
      const target = family.target(own);
      const alone = await createReferenceEngineTarget(own);
      records.push(await record(target));
      expect(records.at(-1)).toEqual(await record(alone));
      expect(await target.describe()).toEqual(await alone.describe());
      await alone.close();
    }
    expect(records[0]).toEqual(records[2]);
    // positive control: the settings are really others
    expect(records[1].requests[0].stepSha256).not.toEqual(records[0].requests[0].stepSha256);
  });

  it('has a listener whose results are those of its targets', async () => {
    const family = createEngineFamily();
    const { result, fingerprints } = await (await family.tracer(variant)).trace(job, new Map());
    expect(result.record).toEqual(await record(family.target(variant)));
    expect(fingerprints.length).toBeGreaterThan(100);
  });

  it('tells a checkpoint that is not there as a target does, at the first question', async () => {
    const gone = createEngineFamily().target({ ...options, checkpoint: { kind: 'directory', path: '/nowhere' } });
    await expect(gone.describe()).rejects.toThrow(/reference-engine/);
  });
});
