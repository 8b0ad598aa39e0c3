/**
 * The index of a run's units while it is filled: columns, with every list and text that repeats stored once.
 * @module
 */
import type { Observation, Unit } from '../../harness/schema/index.ts';
import type { AttemptTuple, IndexedLevel, UnitIndex } from '../unit-index.ts';
import { visibleDeep } from '../visible-text.ts';
import type { ComparedLevel } from './compare-unit.ts';
import { wholeMs } from './rounded.ts';

const THROTTLED = 429;

export interface IndexColumns {
  /** Units come in plan order. */
  add(unit: Unit, observation: Observation | null, compared: readonly ComparedLevel[]): void;
  /**
   * @param chunkOf - by unit, in plan order; -1 = no details
   */
  close(chunkOf: readonly number[], chunks: UnitIndex['chunks'], bytesMax: number): UnitIndex;
}

export function createIndexColumns(): IndexColumns {
  const perturbations = interned<string>();
  const levelSets = interned<readonly IndexedLevel[]>();
  const caseSets = interned<readonly string[]>();
  const endpoints = interned<string>();
  const reasons = interned<string>();
  const sources = interned<string>();
  const reasonOf = (why: string | null): number => (why === null ? -1 : reasons.indexOf(why));
  const ids: string[] = [];
  const perturbation: number[] = [];
  const levelSet: number[] = [];
  const caseSet: number[] = [];
  const lane: number[] = [];
  const endpoint: number[] = [];
  const attempts: number[] = [];
  const durationMs: number[] = [];
  /** Of the wall clock; null = not measured in this run. */
  const started: (number | null)[] = [];
  const why: number[] = [];
  const retries: [number, AttemptTuple[]][] = [];
  const requestRetries: [number, number, number][] = [];
  const cached: [number, number][] = [];
  const status: string[] = [];
  const result: string[] = [];
  const firstTokenDiff: [number, number][] = [];
  const foreignCanary: number[] = [];
  let rows = 0;
  return {
    add: (unit, observation, compared) => {
      const at = ids.length;
      ids.push(unit.id.slice('u-'.length));
      perturbation.push(perturbations.indexOf(unit.perturbation));
      levelSet.push(levelSets.indexOf(compared.map(({ level }) => indexedLevel(level))));
      caseSet.push(caseSets.indexOf(unit.caseIds));
      why.push(reasonOf(observation?.why ?? compared.find((one) => one.why !== null)?.why ?? null));
      for (const one of compared) {
        status.push(one.status);
        result.push(one.result);
        if (one.firstTokenDiff !== null) firstTokenDiff.push([rows, one.firstTokenDiff]);
        if (one.foreignCanary) foreignCanary.push(rows);
        rows++;
      }
      if (observation === null) {
        lane.push(-1);
        endpoint.push(endpoints.indexOf(''));
        attempts.push(0);
        durationMs.push(0);
        started.push(null);
        return;
      }
      lane.push(observation.lane);
      endpoint.push(endpoints.indexOf(observation.endpoint ?? ''));
      attempts.push(observation.attempts.length);
      durationMs.push(wholeMs(observation.attempts.reduce((total, one) => total + one.durationMs, 0)));
      const { cachedFrom } = observation;
      started.push(cachedFrom === undefined ? Date.parse(observation.startedAt) : null);
      if (cachedFrom !== undefined) cached.push([at, sources.indexOf(cachedFrom)]);
      if (observation.attempts.length > 1)
        retries.push([
          at,
          observation.attempts.map((one) => [wholeMs(one.durationMs), wholeMs(one.waitMs), reasonOf(one.error)]),
        ]);
      const again = requestAttempts(observation);
      if (again.retries > 0 || again.throttled > 0) requestRetries.push([at, again.retries, again.throttled]);
    },
    close: (chunk, chunks, bytesMax) => {
      const began = started.reduce<number | null>((least, one) => {
        if (one === null) return least;
        return least === null ? one : Math.min(least, one);
      }, null);
      return visibleDeep({
        version: 1 as const,
        perturbations: perturbations.all,
        levelSets: levelSets.all,
        caseSets: caseSets.all,
        endpoints: endpoints.all,
        reasons: reasons.all,
        sources: sources.all,
        beganAt: began === null ? null : new Date(began).toISOString(),
        units: {
          ids: ids.join(''),
          perturbation,
          levelSet,
          caseSet,
          lane,
          endpoint,
          attempts,
          durationMs,
          startMs: started.map((one) => (one === null || began === null ? -1 : one - began)),
          why,
          chunk,
        },
        retries,
        requestRetries,
        cached,
        rows: { status: status.join(''), result: result.join(''), firstTokenDiff, foreignCanary },
        chunks,
        bytesMax,
      });
    },
  };
}

function indexedLevel({ axis, id, label, reference, promise }: ComparedLevel['level']): IndexedLevel {
  return { axis, level: id, label, reference: reference ?? '', promise };
}

function requestAttempts({ levels }: Observation): { readonly retries: number; readonly throttled: number } {
  let retries = 0;
  let throttled = 0;
  for (const { requests } of levels)
    for (const { exchange } of requests) {
      if (exchange === undefined) continue;
      retries += exchange.attempts.length - 1;
      throttled += exchange.attempts.filter(({ status }) => status === THROTTLED).length;
    }
  return { retries, throttled };
}

interface Interned<T> {
  readonly all: T[];
  indexOf(value: T): number;
}

/** Equal values have one number, in the order of their first use. */
function interned<T extends string | readonly unknown[]>(): Interned<T> {
  const all: T[] = [];
  const known = new Map<string, number>();
  return {
    all,
    indexOf: (value) => {
      const key = JSON.stringify(value);
      let at = known.get(key);
      if (at === undefined) {
        at = all.push(value) - 1;
        known.set(key, at);
      }
      return at;
    },
  };
}
