import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repro, storedJob, storeJob } from '../../../harness/schema/index.ts';
import type { LevelJob } from '../../../harness/schema/index.ts';

const request = fc.record(
  {
    id: fc.string({ maxLength: 20 }),
    caseId: fc.constant('a'),
    role: fc.constantFrom('probe' as const, 'mate' as const),
    prompt: fc.oneof(
      fc.record({ kind: fc.constant('text' as const), text: fc.string() }),
      fc.record({ kind: fc.constant('tokens' as const), tokenIds: fc.array(fc.nat()) }),
    ),
    maxTokens: fc.integer({ min: 1, max: 4096 }),
    temperature: fc.integer({ min: 0, max: 5 }),
    seed: fc.integer(),
    canary: fc.option(fc.string({ maxLength: 40 })),
    scoreLastPositions: fc.nat({ max: 100 }),
    forcedFromLevel: fc.constant(null),
    arrivalStep: fc.nat({ max: 9 }),
    promptLogits: fc.constantFrom('hashed' as const, 'skipped' as const),
    cacheSalt: fc.string({ maxLength: 9 }),
    adapter: fc.string({ maxLength: 9 }),
  },
  {
    requiredKeys: [
      'id',
      'caseId',
      'role',
      'prompt',
      'maxTokens',
      'temperature',
      'seed',
      'canary',
      'scoreLastPositions',
      'forcedFromLevel',
    ],
  },
);
const job: fc.Arbitrary<LevelJob> = fc.record({
  unitId: fc.constant('u'),
  levelId: fc.constant('none'),
  precision: fc.constantFrom('target-default' as const, 'w8a8' as const),
  sessions: fc.constantFrom('one' as const, 'one-per-wave' as const),
  knobs: fc.record(
    { chunkSize: fc.integer({ min: 1, max: 99 }), windowPolicy: fc.constant('zero' as const) },
    { requiredKeys: [] },
  ),
  waves: fc.array(fc.array(request, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
});

it('a job comes back from its file as it was', () => {
  fc.assert(
    fc.property(job, (given) => {
      expect(storedJob.parse(JSON.parse(JSON.stringify(storeJob(given))))).toEqual(given);
    }),
  );
});

it('whatever a file holds is refused in words, never by a crash', () => {
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom('target', 'sides', 'elements', 'watched'), (junk, key) => {
      expect(repro.safeParse(junk).success).toBe(false);
      expect(repro.safeParse({ schemaVersion: 2, [key]: junk }).success).toBe(false);
    }),
  );
});
