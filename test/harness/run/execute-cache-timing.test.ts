import { describe, expect, it } from 'vitest';
import { executeCacheTiming } from '../../../harness/run/index.ts';
import type { LevelJob, PlannedRequest, TimedLevel } from '../../../harness/schema/index.ts';

const trials = [
  { trial: 0, asker: 'same-salt', arm: 'miss' },
  { trial: 1, asker: 'same-salt', arm: 'hit' },
  { trial: 2, asker: 'other-salt', arm: 'hit' },
] as const;
const jobFor = ({ trial }: { trial: number }): LevelJob => ({
  unitId: `t-${trial}`,
  levelId: 'same-salt',
  precision: 'target-default',
  sessions: 'one',
  waves: [[]],
});
const level = (pieceMs: number[]): TimedLevel => ({
  requests: [{ requestId: 'timed', promptTokens: 8, cachedTokens: 4, completionTokens: 1, pieceMs }],
  counters: {},
  bytes: { kind: 'unsupported', why: 'none' },
});
const clock = { nowMs: () => 0, sleep: () => Promise.resolve() };
const signal = new AbortController().signal;
const input = { trials, jobFor, knobs: [], pauseMs: 0, clock, signal };

describe('taking the times of an audit', () => {
  it('times one request after another, in the order that it is given, and waits between them', async () => {
    const order: string[] = [];
    const taken = await executeCacheTiming({
      ...input,
      pauseMs: 250,
      clock: { ...clock, sleep: (ms) => Promise.resolve(void order.push(`wait ${ms}`)) },
      timer: {
        lengthUnit: 'tokens',
        timeLevel: async ({ unitId }) => {
          order.push(unitId);
          await Promise.resolve();
          order.push('done');
          return level([7, 9]);
        },
      },
    });
    expect(order).toEqual(['t-0', 'done', 'wait 250', 't-1', 'done', 'wait 250', 't-2', 'done']);
    expect(taken?.samples).toEqual(
      trials.map((trial) => ({ ...trial, result: { kind: 'timed', firstTokenMs: 7, cachedTokens: 4 } })),
    );
  });

  it('keeps a trial that fails, or that has no piece, with its reason, and tries nothing again', async () => {
    let asked = 0;
    const taken = await executeCacheTiming({
      ...input,
      timer: {
        lengthUnit: 'tokens',
        timeLevel: ({ unitId }) => {
          asked++;
          if (unitId === 't-1') throw new RangeError('no room');
          return Promise.resolve(level(unitId === 't-2' ? [] : [7]));
        },
      },
    });
    expect(asked).toBe(3);
    expect(taken?.samples.map(({ result }) => (result.kind === 'error' ? result.why : result.kind))).toEqual([
      'timed',
      'RangeError: no room',
      'an answer came without a piece',
    ]);
  });

  it('places the probe among the requests that were sent with it, ties half', async () => {
    const request = (id: string, role: 'probe' | 'mate'): PlannedRequest => ({
      id,
      caseId: 'c',
      role,
      prompt: { kind: 'text', text: 'a' },
      maxTokens: 1,
      temperature: 0,
      seed: 0,
      canary: null,
      scoreLastPositions: 0,
      forcedFromLevel: null,
    });
    const among = (trial: { trial: number }): LevelJob => ({
      ...jobFor(trial),
      waves: [[request('timed', 'mate')], [request('a', 'mate'), request('b', 'probe'), request('c', 'mate')]],
    });
    const times = [[3, 1, 2], [1, 2, 2], [1]];
    const taken = await executeCacheTiming({
      ...input,
      jobFor: among,
      timer: {
        lengthUnit: 'tokens',
        timeLevel: ({ unitId }) => {
          const own = times[Number(unitId.slice(2))];
          const [one] = level([]).requests;
          return Promise.resolve({
            ...level([]),
            requests: ['a', 'b', 'c'].map((requestId, at) => ({
              ...one,
              requestId,
              pieceMs: own.slice(at, at + 1),
            })),
          });
        },
      },
    });
    expect(taken?.samples.map(({ result }) => (result.kind === 'timed' ? result.place : result.why))).toEqual([
      1,
      2.5,
      'an answer came without a piece',
    ]);
  });

  it('keeps nothing of an audit that is interrupted', async () => {
    const abort = new AbortController();
    const taken = await executeCacheTiming({
      ...input,
      signal: abort.signal,
      timer: {
        lengthUnit: 'tokens',
        timeLevel: () => {
          abort.abort();
          return Promise.resolve(level([1]));
        },
      },
    });
    expect(taken).toBeNull();
  });

  it('sends nothing to a target that cannot be asked', async () => {
    const salted = (trial: { trial: number }): LevelJob => ({ ...jobFor(trial), knobs: { prefixCache: true } });
    const timeLevel = (): never => {
      throw new Error('asked');
    };
    const taken = await executeCacheTiming({ ...input, jobFor: salted, timer: { lengthUnit: 'tokens', timeLevel } });
    expect(taken).toMatchObject({ samples: [], unsupported: 'sets prefixCache; the target cannot' });
  });
});
