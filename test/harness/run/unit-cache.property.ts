import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedClock } from '../../../harness/ports/index.ts';
import { createUnitCache, executePlan, type UnitCache } from '../../../harness/run/index.ts';
import type { Level, Observation, Unit } from '../../../harness/schema/index.ts';
import { openResponseCache } from '../../../harness/store/index.ts';
import {
  createFakeTarget,
  createJob,
  createUnit,
  temporaryFolder,
  type FakeTarget,
} from '../../support/run-records.ts';

const NOW = '2026-11-24T04:00:00.000Z';

/** Units whose levels owe what they owe; few cases, so that many units ask the same. */
const unitPlans = fc.array(
  fc.record({
    caseId: fc.constantFrom('a', 'b'),
    promises: fc.array(fc.constantFrom<Level['promise']>('drift', 'drift', 'bit-equal', 'content-independent'), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  { minLength: 1, maxLength: 8 },
);

const unitsOf = (plans: readonly { caseId: string; promises: readonly Level['promise'][] }[]): Unit[] =>
  plans.map(({ caseId, promises }, index) =>
    createUnit(index, {
      caseIds: [caseId],
      levels: promises.map((promise, level) => ({
        id: `level-${level}`,
        axis: 'axis',
        label: 'a level',
        reference: level === 0 ? null : 'level-0',
        promise,
      })),
    }),
  );

const mustBeMeasured = ({ levels }: Unit): boolean => levels.some(({ promise }) => promise !== 'drift');

describe('the cache of units, for all plans', () => {
  it('answers a second run of the same plan where only drift is measured, and never where equality is', async () => {
    await fc.assert(
      fc.asyncProperty(unitPlans, async (plans) => {
        const folder = temporaryFolder();
        const units = unitsOf(plans);
        const first = await run(folder, 'first', units);
        expect(first.asked).toEqual(units.flatMap(levelNames));
        expect(first.lines.every(({ cachedFrom }) => cachedFrom === undefined)).toBe(true);

        const second = await run(folder, 'second', units);
        expect(second.asked).toEqual(units.filter(mustBeMeasured).flatMap(levelNames));
        for (const [index, line] of second.lines.entries()) {
          expect(line.cachedFrom).toBe(mustBeMeasured(units[index]) ? undefined : 'first');
          expect(line.levels).toEqual(first.lines[index].levels);
        }
        expect([...second.blobs].sort()).toEqual([...first.blobs].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('serves nothing that the same run has kept, also when the run is continued', async () => {
    await fc.assert(
      fc.asyncProperty(unitPlans, async (plans) => {
        const folder = temporaryFolder();
        const units = unitsOf(plans);
        await run(folder, 'only', units);
        expect((await run(folder, 'only', units)).asked).toEqual(units.flatMap(levelNames));
      }),
      { numRuns: 15 },
    );
  });

  it('serves nothing to another target', async () => {
    await fc.assert(
      fc.asyncProperty(unitPlans, async (plans) => {
        const folder = temporaryFolder();
        const units = unitsOf(plans);
        await run(folder, 'first', units);
        const other = await run(folder, 'second', units, { fingerprint: 'another' });
        expect(other.asked).toEqual(units.flatMap(levelNames));
      }),
      { numRuns: 15 },
    );
  });
});

const levelNames = ({ id, levels }: Unit): string[] => levels.map((level) => `${id} ${level.id}`);

interface Ran {
  readonly asked: readonly string[];
  readonly lines: readonly Observation[];
  readonly blobs: ReadonlySet<string>;
}

async function run(
  directory: string,
  runId: string,
  units: readonly Unit[],
  { fingerprint = 'target' }: { readonly fingerprint?: string } = {},
): Promise<Ran> {
  const target: FakeTarget = createFakeTarget();
  const blobs = new Map<string, Uint8Array>();
  const lines: Observation[] = [];
  const cache: UnitCache = createUnitCache({
    store: openResponseCache({ directory, maxAgeMs: 1000, now: () => NOW }),
    targetFingerprintSha256: fingerprint,
    runId,
    jobFor: createJob,
    loadBlob: (sha256) => blobs.get(sha256) ?? new Uint8Array(),
    now: () => NOW,
    onProblem: (why) => expect.fail(why),
  });
  await executePlan({
    plan: { units: [...units] },
    target,
    jobFor: createJob,
    precisionModes: ['f32'],
    writer: {
      putBlob: (sha256, bytes) => void blobs.set(sha256, bytes),
      append: (record) => void lines.push(record),
    },
    clock: fixedClock(NOW, 5),
    signal: new AbortController().signal,
    cache,
  });
  return {
    asked: target.calls.map(({ job }) => `${job.unitId} ${job.levelId}`),
    lines,
    blobs: new Set(blobs.keys()),
  };
}
