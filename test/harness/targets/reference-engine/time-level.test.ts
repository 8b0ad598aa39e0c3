import { describe, expect, it } from 'vitest';
import { buildCheckpoint, createEngine } from '../../../../engine/index.ts';
import { createRng, fixedClock } from '../../../../harness/ports/index.ts';
import { profileSettings, type ProfileCell, type TimedLevel } from '../../../../harness/schema/index.ts';
import { engineOptionsOf } from '../../../../harness/targets/reference-engine/knobs.ts';
import { timeLevel } from '../../../../harness/targets/reference-engine/time-level.ts';
import { plannedRequest } from '../../../../perturbations/requests/request.ts';
import { profileCells, profileJob } from '../../../../suites/profile/index.ts';

const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'profile' });
const PAGE_TOKENS = 64;
const MAX_TOKENS = 3;
const STEP_MS = 5;
const tokenizer = { encode: (text: string): number[] => [...new TextEncoder().encode(text)], decode: () => '' };

function time(cell: ProfileCell, precision: 'f32' | 'f32-kvq' = 'f32'): TimedLevel {
  const job = profileJob({
    cell,
    round: 0,
    maxTokens: MAX_TOKENS,
    lengthUnit: 'tokens',
    tokenizer,
    rng: createRng('prompts'),
  });
  const engine = createEngine(checkpoint, {
    precision,
    ...engineOptionsOf(job.knobs ?? {}, () => PAGE_TOKENS),
  });
  return timeLevel({ engine, tokenizer, job, clock: fixedClock('2026-01-01T00:00:00.000Z', STEP_MS) });
}

const cellsOf = (change: object): ProfileCell[] =>
  profileCells(profileSettings.parse({ contextLengths: [130], ...change }));
const measured = ({ bytes }: TimedLevel) => {
  if (bytes.kind !== 'measured') throw new Error(bytes.why);
  return bytes;
};

describe('timing the reference engine', () => {
  it('has a time for each token, in the order in which they came, and counts the bytes of pages and states', () => {
    const [cell] = cellsOf({ batches: [2] });
    const level = time(cell);
    expect(
      level.requests.map(({ promptTokens, cachedTokens, completionTokens }) => [
        promptTokens,
        cachedTokens,
        completionTokens,
      ]),
    ).toEqual([
      [130, 0, 3],
      [130, 0, 3],
    ]);
    // one look at the clock when the wave is sent, then one a token: the two requests decode in step
    expect(level.requests.map(({ pieceMs }) => pieceMs)).toEqual([
      [5, 15, 25],
      [10, 20, 30],
    ]);
    // three pages of 64 tokens at 1536 bytes a token, and a state of 491,520 bytes, for each request
    expect(measured(level).held).toBe(2 * (3 * 64 * 1536 + 491_520));
    expect(measured(level).read).toBeGreaterThan(0);
    expect(measured(level).moved).toBe(0);
    expect(level.counters['maxActiveRows']).toBe(2);
  });

  it('finds the context where the tier says, and counts what came back from there', () => {
    const [none, hot, warm, cold] = cellsOf({ tiers: ['none', 'hot', 'warm', 'cold'] }).map((cell) => time(cell));
    expect([none, hot, warm, cold].map(({ counters }) => counters['cachedTokens'])).toEqual([0, 128, 128, 128]);
    expect(hot.counters).toMatchObject({ hits: 1, promotions: 0, restores: 0 });
    expect(measured(hot).moved).toBe(0);
    const { promotions } = warm.counters;
    expect(promotions).toBeGreaterThan(0);
    expect(measured(warm).moved).toBe(promotions * 64 * 1536);
    expect(cold.counters['restores']).toBeGreaterThan(0);
    expect(measured(cold).moved).toBe(cold.counters['promotions'] * 64 * 1536 + cold.counters['restores'] * 491_520);
    // the same prompts: what is read to decode does not depend on where the context was
    expect(new Set([none, hot, warm, cold].map((level) => measured(level).read)).size).toBe(1);
  });

  it('shares a prefix under one salt and not under another', () => {
    const tokenIds = Array.from({ length: 130 }, (_, at) => 97 + (at % 26));
    const request = (id: string, cacheSalt: string) => ({
      ...plannedRequest(
        { maxTokens: 1, temperature: 0, seed: 0, scoreLastPositions: 0 },
        {
          id,
          caseId: 'a',
          role: 'probe',
          prompt: { kind: 'tokens', tokenIds },
        },
      ),
      cacheSalt,
    });
    const engine = createEngine(checkpoint, { prefixCache: true });
    const cachedAs = (cacheSalt: string): number | null => {
      const waves = [[request('owner', 'owner')], [request('timed', cacheSalt)]];
      const job = { unitId: 'u', levelId: 'l', precision: 'f32', sessions: 'one', waves } as const;
      return timeLevel({ engine, tokenizer, job, clock: fixedClock('2026-01-01T00:00:00.000Z', 1) }).requests[0]
        .cachedTokens;
    };
    expect([cachedAs('owner'), cachedAs('other'), cachedAs('')]).toEqual([128, 0, 0]);
  });

  it('needs fewer bytes for quantised records', () => {
    const [cell] = cellsOf({});
    expect(measured(time(cell, 'f32-kvq')).held).toBeLessThan(measured(time(cell)).held);
    expect(measured(time(cell, 'f32-kvq')).read ?? 0).toBeLessThan(measured(time(cell)).read ?? 0);
  });
});
