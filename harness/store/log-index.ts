/**
 * Index of a unit log: for each unit which line counts, where it stands in the file, and the little that is needed without it.
 *
 * Memory is a few words per unit, never the observations: those are read again from the file, one at a time, in plan order. So the
 * analysis of a run does not grow with what its units returned, and does not depend on the order in which they finished.
 *
 * A unit may have been executed twice. Both executions stay in the log; when they do not hold the same results, that is a finding.
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { DataError } from '../ports/index.ts';
import { type Observation, type Plan, type RequestObservation, type UnequalExecution } from '../schema/index.ts';
import { parseRecord } from './json-file.ts';
import { readUnitLog } from './unit-log.ts';

/** The line that counts of one unit, without its results. */
export interface IndexedUnit {
  readonly unitId: string;
  readonly status: Observation['status'];
  readonly why: string | null;
  readonly lane: number;
  /** All of them; the errors of those that failed are in `failedAttempts`. */
  readonly attempts: number;
  readonly failedAttempts: readonly string[];
  /** The run that it was taken from; null = measured in this one. */
  readonly cachedFrom: string | null;
  /** All attempts together. */
  readonly durationMs: number;
}

export interface LogIndex {
  /** One per unit that has a line, in plan order. */
  readonly units: readonly IndexedUnit[];
  /** The observations with status ok, in plan order, read from the file as they are asked for; can be asked again. */
  readonly observations: Iterable<Observation>;
  /** The line that counts of a unit, whatever its status, read from the file; null = it has none. */
  readonly read: (unitId: string) => Observation | null;
  /** Units with more than one line with status ok. */
  readonly repeatedUnits: number;
  /** Of those, the ones whose results are not the same. */
  readonly unequal: readonly UnequalExecution[];
  readonly lines: number;
  readonly tornBytes: number;
}

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
}

/** @throws DataError when a line is damaged or names a unit that is not in the plan */
export async function indexLog(path: string, plan: Pick<Plan, 'units'>): Promise<LogIndex> {
  const positions = new Map(plan.units.map(({ id }, position) => [id, position]));
  const entries: (IndexedUnit | undefined)[] = new Array<undefined>(plan.units.length).fill(undefined);
  const places: (Place | undefined)[] = new Array<undefined>(plan.units.length).fill(undefined);
  const repeated = new Set<number>();
  const unequal = new Map<number, UnequalExecution>();
  const log = readUnitLog(path);
  let lines = 0;
  for (;;) {
    const next = await log.next();
    if (next.done === true) {
      const inPlanOrder = [...unequal].sort(([a], [b]) => a - b).map(([, finding]) => finding);
      return {
        units: entries.filter((entry) => entry !== undefined),
        observations: observationsAt(path, places, entries),
        read: (unitId) => {
          const place = places[positions.get(unitId) ?? -1];
          return place === undefined ? null : readAt(path, place);
        },
        repeatedUnits: repeated.size,
        unequal: inPlanOrder,
        lines,
        tornBytes: next.value.tornBytes,
      };
    }
    const { record, ...place } = next.value;
    lines = place.line;
    const position = positions.get(record.unitId);
    if (position === undefined)
      throw new DataError({
        code: 'DATA_UNKNOWN_UNIT',
        at: `${path}, line ${place.line}`,
        expected: 'a unit of plan.json',
        got: record.unitId,
        hint: 'The log is of another run, or was edited.',
      });
    const before = places[position];
    if (entries[position]?.status === 'ok' && before !== undefined) {
      if (record.status !== 'ok') continue;
      repeated.add(position);
      const difference = firstDifference(readAt(path, before), record);
      if (difference !== null) unequal.set(position, difference);
    }
    entries[position] = entryOf(record);
    places[position] = place;
  }
}

function entryOf(record: Observation): IndexedUnit {
  const { unitId, status, why, lane, attempts, cachedFrom = null } = record;
  return {
    unitId,
    status,
    why,
    lane,
    cachedFrom,
    attempts: attempts.length,
    failedAttempts: attempts.flatMap(({ error }) => (error === null ? [] : [error])),
    durationMs: attempts.reduce((total, { durationMs }) => total + durationMs, 0),
  };
}

function observationsAt(
  path: string,
  places: readonly (Place | undefined)[],
  entries: readonly (IndexedUnit | undefined)[],
): Iterable<Observation> {
  return {
    *[Symbol.iterator]() {
      const file = openSync(path, 'r');
      try {
        for (const [position, place] of places.entries())
          if (place !== undefined && entries[position]?.status === 'ok') yield recordAt(file, path, place);
      } finally {
        closeSync(file);
      }
    },
  };
}

function readAt(path: string, place: Place): Observation {
  const file = openSync(path, 'r');
  try {
    return recordAt(file, path, place);
  } finally {
    closeSync(file);
  }
}

function recordAt(file: number, path: string, { offset, length, line }: Place): Observation {
  const bytes = new Uint8Array(length);
  for (let read = 0; read < length;) {
    const got = readSync(file, bytes, read, length - read, offset + read);
    if (got === 0)
      throw new DataError({
        code: 'DATA_SYNTAX',
        at: `${path}, line ${line}`,
        expected: `${length} bytes`,
        got: `${read}, then the end of the file`,
        hint: 'The file was cut while it was read.',
      });
    read += got;
  }
  return parseRecord(bytes, `${path}, line ${line}`, 'observation');
}

/** The first request in which two executions of one unit differ, strongest evidence first; null = the same results. */
function firstDifference(before: Observation, after: Observation): UnequalExecution | null {
  const { unitId } = before;
  const requestsOf = ({ levels }: Observation): string =>
    JSON.stringify(levels.map(({ levelId, requests }) => [levelId, requests.map(({ requestId }) => requestId)]));
  if (requestsOf(before) !== requestsOf(after)) return { unitId, levelId: null, requestId: null, what: 'records' };
  for (const [at, { levelId, requests }] of before.levels.entries())
    for (const [row, request] of requests.entries()) {
      const what = differenceOf(request, after.levels[at].requests[row]);
      if (what !== null) return { unitId, levelId, requestId: request.requestId, what };
    }
  return null;
}

function differenceOf(a: RequestObservation, b: RequestObservation): UnequalExecution['what'] | null {
  const equal = (pick: (request: RequestObservation) => unknown): boolean =>
    JSON.stringify(pick(a)) === JSON.stringify(pick(b));
  if (!equal(({ tokenIds }) => tokenIds)) return 'tokens';
  if (!equal(({ text }) => text)) return 'text';
  if (
    !equal(({ stepSha256, promptLogitsSha256, generated, prompt, forced }) => [
      stepSha256,
      promptLogitsSha256,
      generated,
      prompt,
      forced,
    ])
  )
    return 'bits';
  if (!equal(({ logprobs }) => logprobs)) return 'logprobs';
  return null;
}
