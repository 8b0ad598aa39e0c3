import { describe, expect, it } from 'vitest';
import { executeProfile } from '../../../harness/run/index.ts';
import type { LevelJob, ProfileCell, TimedLevel } from '../../../harness/schema/index.ts';
import { takeProfile } from '../../support/profile.ts';

const cell = (id: string): ProfileCell => ({ id, contextLength: 8, precision: 'f32', batch: 1, tier: 'none' });
const jobOf = ({ id }: ProfileCell): LevelJob => ({
  unitId: 'profile-0',
  levelId: id,
  precision: 'f32',
  sessions: 'one',
  waves: [[]],
});
const level: TimedLevel = {
  requests: [{ requestId: 'a', promptTokens: 8, cachedTokens: 0, completionTokens: 2, pieceMs: [1, 2] }],
  counters: {},
  bytes: { kind: 'unsupported', why: 'none' },
};
const cells = [cell('one'), cell('two')];
const input = {
  cells,
  rounds: [cells, cells.toReversed()],
  warmups: 1,
  jobFor: jobOf,
  precisionModes: ['f32'],
  knobs: [],
  clock: { nowMs: () => 0 },
  signal: new AbortController().signal,
};

describe('taking a profile', () => {
  it('takes one sample at a time, in the order that it is given, and marks the warm-up', async () => {
    let running = 0;
    let most = 0;
    const timeLevel = async (): Promise<TimedLevel> => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return level;
    };
    const taken = await executeProfile({ ...input, timer: { lengthUnit: 'tokens', timeLevel } });
    expect(most).toBe(1);
    expect(taken?.samples.map(({ round, warmup, position, cellId }) => [round, warmup, position, cellId])).toEqual([
      [0, true, 0, 'one'],
      [0, true, 1, 'two'],
      [1, false, 0, 'two'],
      [1, false, 1, 'one'],
    ]);
    expect(taken?.clockResolutionMs).toBe(0);
  });

  it('keeps a cell that fails as a sample with its reason, and tries nothing again', async () => {
    let asked = 0;
    const timeLevel = (job: LevelJob): Promise<TimedLevel> => {
      asked++;
      if (job.levelId === 'two') throw new RangeError('no room');
      return Promise.resolve(job.levelId === 'one' ? { ...level, requests: [] } : level);
    };
    const taken = await executeProfile({ ...input, timer: { lengthUnit: 'tokens', timeLevel } });
    expect(asked).toBe(4);
    expect(taken?.samples.map(({ result }) => (result.kind === 'error' ? result.why : ''))).toEqual([
      expect.stringContaining('a valid record'),
      'RangeError: no room',
      'RangeError: no room',
      expect.stringContaining('a valid record'),
    ]);
  });

  it('gives nothing when it was interrupted: a part of a round is not balanced', async () => {
    const abort = new AbortController();
    const timeLevel = (): Promise<TimedLevel> => {
      abort.abort();
      return Promise.resolve(level);
    };
    expect(
      await executeProfile({ ...input, signal: abort.signal, timer: { lengthUnit: 'tokens', timeLevel } }),
    ).toBeNull();
  });

  it('asks for no cell that the target cannot run', async () => {
    const none = { firstTokenMs: () => 1, tokenMs: () => 1, knobs: [] };
    const profile = await takeProfile({ contextLengths: [8], tiers: ['none', 'hot'], repeats: 2 }, none);
    expect(profile.unsupported).toEqual([
      { cellId: 'target-default-b1-hot-c8', why: 'sets prefixCache; the target cannot' },
    ]);
    expect(new Set(profile.samples.map(({ cellId }) => cellId))).toEqual(new Set(['target-default-b1-none-c8']));
  });
});
