/**
 * A whole plan: as many units at once as the target has lanes, each unit on one lane, in plan order.
 *
 * Nothing is re-run to green. Only an error of the transport is tried again, the unit as a whole; every attempt is logged. A unit
 * that cannot be measured is an observation with its reason, and the run goes on. After an abort no unit is taken; those in
 * flight are dropped whole, to be done again on resume.
 * @module
 */
import type { Clock } from '../ports/index.ts';
import { SCHEMA_VERSION, type Observation, type Plan, type Target, type Unit } from '../schema/index.ts';
import type { RunWriter } from '../store/index.ts';
import { executeUnit, type ExecuteUnitInput, type UnitOutcome } from './execute-unit.ts';

const ATTEMPTS_MAX = 2;

export interface ExecutePlanInput {
  readonly plan: Pick<Plan, 'units'>;
  readonly target: Pick<Target, 'runLevel' | 'lanes'>;
  readonly jobFor: ExecuteUnitInput['jobFor'];
  readonly precisionModes: readonly string[];
  readonly writer: Pick<RunWriter, 'putBlob' | 'append'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Observations of an earlier part of this run; those with status ok or unsupported are not done again. */
  readonly earlier?: readonly Observation[];
  readonly onProgress?: (event: ProgressEvent) => void;
}

export type ProgressEvent =
  | { readonly kind: 'started'; readonly unit: Unit; readonly lane: number }
  | { readonly kind: 'attempt-failed'; readonly unit: Unit; readonly attempt: number; readonly why: string }
  | { readonly kind: 'finished'; readonly unit: Unit; readonly observation: Observation };

export interface PlanOutcome {
  readonly finished: number;
  readonly skipped: number;
  /** True when units of the plan were left or dropped since the signal was given. */
  readonly aborted: boolean;
}

/** The units that are still to do, in plan order. */
export function unitsToDo(plan: Pick<Plan, 'units'>, earlier: readonly Observation[]): Unit[] {
  const done = new Set(earlier.filter(({ status }) => status !== 'error').map(({ unitId }) => unitId));
  return plan.units.filter((unit) => !done.has(unit.id));
}

/** @throws what the writer throws; the other lanes then stop after what they are doing */
export async function executePlan(input: ExecutePlanInput): Promise<PlanOutcome> {
  const queue = unitsToDo(input.plan, input.earlier ?? []);
  const total = queue.length;
  const broken = new AbortController();
  const signal = AbortSignal.any([input.signal, broken.signal]);
  let finished = 0;
  const workLane = async (lane: number): Promise<void> => {
    while (!signal.aborted) {
      const unit = queue.shift();
      if (unit === undefined) return;
      input.onProgress?.({ kind: 'started', unit, lane });
      const record = await observeUnit({ ...input, signal }, unit, lane);
      if (record === null) return;
      input.writer.append(record);
      finished++;
      input.onProgress?.({ kind: 'finished', unit, observation: record });
    }
  };
  const lanes = Math.max(1, Math.min(input.target.lanes, total));
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
  return { finished, skipped: input.plan.units.length - total, aborted: finished < total };
}

/** Null when the signal was given before the unit was done. */
async function observeUnit(input: ExecutePlanInput, unit: Unit, lane: number): Promise<Observation | null> {
  const { clock, target, jobFor, precisionModes, signal } = input;
  const startedAt = clock.isoNow();
  const attempts: Observation['attempts'] = [];
  const putBlob: ExecuteUnitInput['putBlob'] = (sha256, bytes) => input.writer.putBlob(sha256, bytes);
  for (;;) {
    const startMs = clock.nowMs();
    const outcome = await executeUnit({ target, unit, lane, jobFor, precisionModes, putBlob, signal });
    if (outcome.kind === 'aborted') return null;
    const error = outcome.kind === 'error' ? outcome.why : null;
    attempts.push({ error, durationMs: Math.max(0, clock.nowMs() - startMs) });
    if (outcome.kind === 'error') {
      input.onProgress?.({ kind: 'attempt-failed', unit, attempt: attempts.length, why: outcome.why });
      if (outcome.transient && attempts.length < ATTEMPTS_MAX) continue;
    }
    return {
      schemaVersion: SCHEMA_VERSION,
      unitId: unit.id,
      status: outcome.kind,
      why: whyOf(outcome),
      lane,
      startedAt,
      attempts,
      levels: outcome.kind === 'ok' ? outcome.levels : [],
    };
  }
}

function whyOf(outcome: Exclude<UnitOutcome, { kind: 'aborted' }>): string | null {
  return outcome.kind === 'ok' ? null : outcome.why;
}
