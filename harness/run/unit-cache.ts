/**
 * Which units may be answered from the cache, and under which key.
 *
 * A repeat has to be a repeat: a unit with a level that owes equal bits, or independence of others, is always asked anew, and so is
 * one that this very run has kept. What is left are units in which the prompt or the arithmetic is changed on purpose; of those the
 * whole unit, control and levels together, is taken over from the run that measured it, and says so (`cachedFrom`).
 *
 * The key holds the target's fingerprint and every request in full. What a fingerprint does not show (a server's restart with other
 * hidden settings) the cache cannot see: it is off unless asked for, and entries expire.
 * @module
 */
import { canonicalJson, digestOf } from '../plan/index.ts';
import type { Level, LevelJob, Observation, Unit } from '../schema/index.ts';
import { blobsOf, type ResponseCache } from '../store/index.ts';

export interface UnitCache {
  /** Null: the unit is to be measured. */
  find(unit: Unit): CachedUnit | null;
  /** Does nothing with a unit that may not be kept. */
  keep(unit: Unit, observation: Observation): void;
}

export interface CachedUnit {
  readonly observation: Observation;
  readonly blobs: readonly { readonly sha256: string; readonly bytes: Uint8Array }[];
}

export interface UnitCacheInput {
  readonly store: ResponseCache;
  readonly targetFingerprintSha256: string;
  readonly runId: string;
  readonly jobFor: (unit: Unit, level: Level) => LevelJob;
  /** Of the run that is being written. */
  readonly loadBlob: (sha256: string) => Uint8Array;
  readonly now: () => string;
  /** A cache that cannot be used costs a measurement, never the run. */
  readonly onProblem: (why: string) => void;
}

export function createUnitCache(input: UnitCacheInput): UnitCache {
  const { store, runId, onProblem } = input;
  const keyOf = (unit: Unit): string =>
    digestOf('evenkeel/cached-unit', [
      input.targetFingerprintSha256,
      canonicalJson(unit.levels),
      ...unit.levels.map((level) => canonicalJson(input.jobFor(unit, level))),
    ]);
  return {
    find: (unit) => {
      if (!mayBeCached(unit)) return null;
      try {
        const entry = store.find(keyOf(unit));
        if (entry === null || entry.runId === runId || !answers(entry.observation, unit)) return null;
        return {
          observation: { ...entry.observation, cachedFrom: entry.runId },
          blobs: blobsOf(entry.observation).map((sha256) => ({ sha256, bytes: store.loadBlob(sha256) })),
        };
      } catch (error) {
        onProblem(messageOf(error));
        return null;
      }
    },
    keep: (unit, observation) => {
      if (!mayBeCached(unit) || observation.status !== 'ok' || observation.cachedFrom !== undefined) return;
      try {
        store.keep({ keySha256: keyOf(unit), runId, keptAt: input.now(), observation }, input.loadBlob);
      } catch (error) {
        onProblem(messageOf(error));
      }
    },
  };
}

/** Nothing in the unit is compared for being the same. */
function mayBeCached({ levels }: Pick<Unit, 'levels'>): boolean {
  return levels.every(({ promise }) => promise === 'drift');
}

/** The key has every request in it; a file that was put in place of another one has not. */
function answers({ status, unitId, levels }: Observation, unit: Unit): boolean {
  const same = levels.map(({ levelId }) => levelId).join('\n') === unit.levels.map(({ id }) => id).join('\n');
  return status === 'ok' && unitId === unit.id && same;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
