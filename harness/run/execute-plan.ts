/**
 * A whole plan: as many units at once as the target has lanes, each unit on one lane, in plan order.
 *
 * Nothing is re-run to green. Only an error of the transport is tried again: the unit as a whole, after the wait that the target asks
 * for, and not for ever; every attempt is logged. A unit that cannot be measured is an observation with its reason, and the run goes
 * on. After an abort no unit is taken; those in flight are dropped whole, to be done again on resume.
 * @module
 */
import type { Clock } from '../ports/index.ts';
import { SCHEMA_VERSION, type Observation, type Plan, type Target, type Unit } from '../schema/index.ts';
import type { RunWriter } from '../store/index.ts';
import type { UnitCache } from './unit-cache.ts';
import { executeUnit, type ExecuteUnitInput, type UnitOutcome } from './execute-unit.ts';

/** How often and how patiently a unit is tried again after an error of the transport. */
export interface RetryRule {
  /** All attempts of one unit in one run, the first included. */
  readonly attemptsMax: number;
  /** A target that asks for a longer wait is not tried again: the unit is an error, for a later --retry-errors. */
  readonly waitMsMax: number;
}

const RETRY_DEFAULT: RetryRule = { attemptsMax: 3, waitMsMax: 60_000 };

/** Doubled with each attempt, where the target does not say how long to wait. No jitter: the units of a run are few at a time. */
const FIRST_WAIT_MS = 250;

export interface ExecutePlanInput {
  readonly plan: Pick<Plan, 'units'>;
  readonly target: Pick<Target, 'runLevel' | 'lanes' | 'endpoint'>;
  readonly jobFor: ExecuteUnitInput['jobFor'];
  readonly precisionModes: readonly string[];
  readonly knobs?: readonly string[];
  readonly writer: Pick<RunWriter, 'putBlob' | 'append'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What an earlier part of this run has; units with status ok or unsupported are not done again. */
  readonly earlier?: readonly UnitStatus[];
  readonly retry?: RetryRule;
  /** No further unit is taken after more units than this have ended with an error; null = no limit. */
  readonly errorsMax?: number | null;
  /** Absent: every unit is measured. */
  readonly cache?: UnitCache;
  readonly onProgress?: (event: ProgressEvent) => void;
}

export type UnitStatus = Pick<Observation, 'unitId' | 'status'>;

export type ProgressEvent =
  | { readonly kind: 'started'; readonly unit: Unit; readonly lane: number }
  | { readonly kind: 'attempt-failed'; readonly unit: Unit; readonly attempt: number; readonly why: string }
  | { readonly kind: 'finished'; readonly unit: Unit; readonly observation: Observation };

export interface PlanOutcome {
  readonly finished: number;
  readonly skipped: number;
  /** True when units of the plan were left or dropped since the signal was given. */
  readonly aborted: boolean;
  /** True when units were left since too many had failed. */
  readonly tooManyErrors: boolean;
}

/** The units that are still to do, in plan order. */
export function unitsToDo(plan: Pick<Plan, 'units'>, earlier: readonly UnitStatus[]): Unit[] {
  const done = new Set(earlier.filter(({ status }) => status !== 'error').map(({ unitId }) => unitId));
  return plan.units.filter((unit) => !done.has(unit.id));
}

/** @throws what the writer throws; the other lanes then stop after what they are doing */
export async function executePlan(input: ExecutePlanInput): Promise<PlanOutcome> {
  const queue = unitsToDo(input.plan, input.earlier ?? []);
  const errorsMax = input.errorsMax ?? Number.POSITIVE_INFINITY;
  const broken = new AbortController();
  const signal = AbortSignal.any([input.signal, broken.signal]);
  const flights = createFlights();
  let next = 0;
  let finished = 0;
  let errors = 0;
  const workLane = async (lane: number): Promise<void> => {
    while (!signal.aborted && errors <= errorsMax) {
      const unit = queue[next++];
      if (unit === undefined) return;
      input.onProgress?.({ kind: 'started', unit, lane });
      const record = fromCache(input, unit) ?? (await measured(input, { unit, lane, signal, flights }));
      if (record === null) return;
      input.writer.append(record);
      input.cache?.keep(unit, record);
      finished++;
      if (record.status === 'error') errors++;
      input.onProgress?.({ kind: 'finished', unit, observation: record });
    }
  };
  const lanes = Math.max(1, Math.min(input.target.lanes, queue.length));
  const results = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) =>
      workLane(lane).catch((error: unknown) => {
        broken.abort();
        throw error;
      }),
    ),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const left = finished < queue.length;
  const tooManyErrors = left && errors > errorsMax;
  return {
    finished,
    skipped: input.plan.units.length - queue.length,
    aborted: left && !tooManyErrors,
    tooManyErrors,
  };
}

/** What an earlier run has measured, with its blobs stored in this one; null when the unit is to be measured. */
function fromCache({ cache, writer }: ExecutePlanInput, unit: Unit): Observation | null {
  const found = cache?.find(unit) ?? null;
  if (found === null) return null;
  for (const { sha256, bytes } of found.blobs) writer.putBlob(sha256, bytes);
  return found.observation;
}

interface Measurement {
  readonly unit: Unit;
  readonly lane: number;
  readonly signal: AbortSignal;
  readonly flights: ReturnType<typeof createFlights>;
}

async function measured(
  input: ExecutePlanInput,
  { unit, lane, signal, flights }: Measurement,
): Promise<Observation | null> {
  const flight = flights.start();
  return await observeUnit({ ...input, signal }, unit, lane, flight).finally(() => flights.end(flight));
}

/** Null when the signal was given before the unit was done. */
async function observeUnit(
  input: ExecutePlanInput,
  unit: Unit,
  lane: number,
  flight: Flight,
): Promise<Observation | null> {
  const { clock, target, jobFor, precisionModes, knobs = [], signal } = input;
  const startedAt = clock.isoNow();
  const attempts: Observation['attempts'] = [];
  const putBlob: ExecuteUnitInput['putBlob'] = (sha256, bytes) => input.writer.putBlob(sha256, bytes);
  for (;;) {
    const startMs = clock.nowMs();
    const outcome = await executeUnit({ target, unit, lane, jobFor, precisionModes, knobs, putBlob, signal });
    if (outcome.kind === 'aborted') return null;
    const error = outcome.kind === 'error' ? outcome.why : null;
    const attempt = { error, durationMs: Math.max(0, clock.nowMs() - startMs), waitMs: 0 };
    attempts.push(attempt);
    if (outcome.kind === 'error') {
      input.onProgress?.({ kind: 'attempt-failed', unit, attempt: attempts.length, why: outcome.why });
      const waitMs = waitBeforeNext(outcome, attempts.length, input.retry ?? RETRY_DEFAULT);
      if (waitMs !== null) {
        attempt.waitMs = waitMs;
        await clock.sleep(waitMs, signal);
        continue;
      }
    }
    return {
      schemaVersion: SCHEMA_VERSION,
      unitId: unit.id,
      status: outcome.kind,
      why: whyOf(outcome),
      lane,
      endpoint: target.endpoint?.(lane) ?? null,
      concurrency: { ...flight },
      startedAt,
      stoppedAt: clock.isoNow(),
      attempts,
      levels: outcome.kind === 'ok' ? outcome.levels : [],
    };
  }
}

/** Null = the unit is not tried again. */
function waitBeforeNext(
  { transient, retryAfterMs }: Extract<UnitOutcome, { kind: 'error' }>,
  attempts: number,
  { attemptsMax, waitMsMax }: RetryRule,
): number | null {
  if (!transient || attempts >= attemptsMax) return null;
  const waitMs = retryAfterMs ?? Math.min(waitMsMax, FIRST_WAIT_MS * 2 ** (attempts - 1));
  return waitMs <= waitMsMax ? waitMs : null;
}

function whyOf(outcome: Exclude<UnitOutcome, { kind: 'aborted' }>): string | null {
  return outcome.kind === 'ok' ? null : outcome.why;
}

/** How many units were in flight together, as each of them saw it. */
interface Flight {
  readonly atStart: number;
  max: number;
}

function createFlights(): { readonly start: () => Flight; readonly end: (flight: Flight) => void } {
  const now = new Set<Flight>();
  return {
    start: () => {
      const flight: Flight = { atStart: now.size + 1, max: now.size + 1 };
      now.add(flight);
      for (const one of now) one.max = Math.max(one.max, now.size);
      return flight;
    },
    end: (flight) => void now.delete(flight),
  };
}
