import { describe, expect, it } from 'vitest';
import { jobElements, samePrompt, type JobPair } from '../../../harness/diagnose/index.ts';
import type { LevelJob, PlannedRequest } from '../../../harness/schema/index.ts';

const request = (id: string, tokenIds: readonly number[], change: Partial<PlannedRequest> = {}): PlannedRequest => ({
  id,
  caseId: id,
  role: 'probe',
  prompt: { kind: 'tokens', tokenIds },
  maxTokens: 4,
  temperature: 0,
  seed: 0,
  canary: null,
  scoreLastPositions: 0,
  forcedFromLevel: null,
  ...change,
});
const job = (change: Partial<LevelJob>): LevelJob => ({
  unitId: 'u',
  levelId: 'none',
  precision: 'target-default',
  sessions: 'one',
  waves: [],
  ...change,
});
const pair: JobPair = {
  watched: 'a',
  reference: job({ knobs: { chunkSize: 64, draftTokens: 2 }, waves: [[request('b', [9])], [request('a', [1, 2, 3])]] }),
  level: job({
    levelId: 'changed',
    precision: 'w8a8',
    knobs: { chunkSize: 5, draftTokens: 2, prefixCache: true },
    waves: [[request('a', [1, 2, 3], { arrivalStep: 2 }), request('b', [9]), request('c', [8])]],
  }),
};
const prompt = {
  tokenIds: [1, 2, 3],
  parts: [
    { label: 'rule', tokens: 1 },
    { label: 'query', tokens: 2 },
  ],
  tokenText: (token: number) => String.fromCharCode(96 + token),
};
const { elements, build } = jobElements(pair, prompt);
const ids = elements.map(({ id }) => id);
const without = (...left: string[]): JobPair => build(new Set(ids.filter((id) => !left.includes(id))))!;

describe('the elements of a pair', () => {
  it('are what the sides differ in, the other requests, and the parts and tokens of the prompt', () => {
    expect(ids).toEqual([
      'precision',
      'arrival',
      'knob:chunkSize',
      'knob:prefixCache',
      'request:b',
      'request:c',
      'part:0',
      'part:1',
      'token:0',
      'token:1',
      'token:2',
    ]);
    expect(elements.find(({ id }) => id === 'token:2')).toMatchObject({ within: 'part:1', label: 'token 2 "c"' });
    expect(samePrompt(pair)).toBe(true);
  });

  it('make the pair that was given when all are there', () => {
    expect(without()).toEqual(pair);
  });

  it('are as at the reference when they are left out', () => {
    expect(without('precision').level.precision).toBe('target-default');
    expect(without('knob:chunkSize').level.knobs).toEqual({ chunkSize: 64, draftTokens: 2, prefixCache: true });
    expect(without('knob:prefixCache').level.knobs).toEqual({ chunkSize: 5, draftTokens: 2 });
    expect(without('arrival').level.waves.flat()[0].arrivalStep).toBe(0);
  });

  it('leave another request out of both sides, and a wave with nobody in it', () => {
    const { reference, level } = without('request:b');
    expect(reference.waves.map((wave) => wave.map(({ id }) => id))).toEqual([['a']]);
    expect(level.waves.map((wave) => wave.map(({ id }) => id))).toEqual([['a', 'c']]);
  });

  it('leave pieces out of the prompt of both sides, but never all', () => {
    const tokensOf = (left: JobPair): unknown[] =>
      [left.reference, left.level].map(({ waves }) => waves.flat().find(({ id }) => id === 'a')!.prompt);
    const kept = { kind: 'tokens', tokenIds: [2, 3] };
    expect(tokensOf(without('part:0'))).toEqual([kept, kept]);
    expect(tokensOf(without('token:0'))).toEqual([kept, kept]);
    expect(without('part:0', 'part:1')).toBeNull();
  });

  it('with nothing left make two equal sides', () => {
    const { reference, level } = build(new Set(['part:0', 'part:1', 'token:0']))!;
    expect({ ...level, levelId: 'none', knobs: { draftTokens: 2, chunkSize: 64 }, waves: [] }).toEqual({
      ...reference,
      waves: [],
    });
  });
});
