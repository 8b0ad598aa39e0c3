import { describe, expect, it } from 'vitest';
import { buildCheckpoint, createEngine } from '../../../engine/index.ts';

const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'options' });
/** What a caller without types can pass. */
const message = (options: Readonly<Record<string, unknown>>): string => {
  try {
    createEngine(checkpoint, options).openSession();
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
};

describe('the options of an engine', () => {
  it.each<[string, unknown, string]>([
    ['precision', 'fp4', 'engine options.precision: expected one of "f32"|"f32-kvq"|"w8a8"|"bf16", got fp4'],
    ['kernels', 'gpu', 'engine options.kernels: expected one of "wasm"|"reference", got gpu'],
    ['maxBatch', 0, 'engine options.maxBatch: expected number to be >=1, got 0'],
    ['chunkSize', 1.5, 'engine options.chunkSize: expected int, got 1.5'],
    ['clampSharedExpert', 'yes', 'engine options.clampSharedExpert: expected boolean'],
    ['splitPolicy', { kind: 'x' }, 'engine options.splitPolicy.kind: expected'],
    ['mhcSplitK', 'x', 'engine options.mhcSplitK: expected object'],
    ['records', 'v5', 'engine options.records: expected one of'],
    ['selection', { tieRule: 'low', seed: 0, order: 'index' }, 'expected one of "lower-index"|"higher-index"|"seeded"'],
    ['indexScores', 'f16', 'engine options.indexScores: expected one of'],
    ['pageTokens', 5, 'pageTokens: expected a positive multiple of the ratio 4, got 5'],
    ['prefixCache', 'on', 'engine options.prefixCache: expected boolean'],
    ['windowPolicy', { kind: 'periodic' }, 'engine options.windowPolicy.everyTokens: expected'],
    ['coldStore', {}, 'engine options.coldStore: expected a function that makes a store for one session, or null'],
    ['coldCodec', 'zip', 'engine options.coldCodec: expected one of "lossless"|"nvfp4", got zip'],
    ['eviction', 'mru', 'engine options.eviction: expected one of "lru"|"lfu"|"fifo", got mru'],
    ['preemption', 'kill', 'engine options.preemption: expected one of'],
    ['memory', { placement: 'moon' }, 'engine options.memory.placement: expected'],
    ['memory', { rows: 3 }, 'engine options.memory: unknown rows'],
    ['events', {}, 'engine options.events: expected a function that takes an event, or null'],
    ['parts', { smapler: 1 }, 'engine options.parts: unknown smapler; known are splitPolicy'],
    ['evction', 'lru', 'engine options: unknown evction; known are precision'],
  ])('refuse a wrong %s (%j)', (name, value, expected) => {
    expect(message({ [name]: value })).toContain(expected);
  });

  it('name every wrong one at once', () => {
    expect(message({ maxBatch: 0, eviction: 'mru' }).split('\n')).toHaveLength(2);
  });

  it('refuse drafts from a checkpoint without an MTP layer', () => {
    const without = { ...checkpoint, config: { ...checkpoint.config, mtpLayers: 0 } };
    expect(() => createEngine(without, { draftTokens: 1 })).toThrow(/expected 0 for a checkpoint without an MTP layer/);
  });
});
