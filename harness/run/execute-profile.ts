/**
 * A profile: cell after cell on one lane, in the order that it is given, with nothing else in flight.
 *
 * Nothing is tried again: a time of a second attempt is a time of another state. A cell that fails is a sample with its reason.
 * @module
 */
import type { Clock } from '../ports/index.ts';
import {
  knobsOf,
  type LevelJob,
  type LevelTimer,
  type Profile,
  type ProfileCell,
  type ProfileSample,
} from '../schema/index.ts';
import { clockResolution, timedSample } from './timed-sample.ts';

export interface ExecuteProfileInput {
  readonly timer: LevelTimer;
  readonly cells: readonly ProfileCell[];
  /** Rounds of cells, those that are not counted first. */
  readonly rounds: readonly (readonly ProfileCell[])[];
  readonly warmups: number;
  readonly jobFor: (cell: ProfileCell, round: number) => LevelJob;
  readonly precisionModes: readonly string[];
  readonly knobs: readonly string[];
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly signal: AbortSignal;
  readonly onRound?: (done: number, of: number) => void;
}

export type ProfileTaken = Pick<Profile, 'clockResolutionMs' | 'unsupported' | 'samples'>;

/** Null when the signal was given before all was measured: a part of a round is not balanced. */
export async function executeProfile(input: ExecuteProfileInput): Promise<ProfileTaken | null> {
  const { cells, rounds, clock, signal } = input;
  const unsupported = cells.flatMap((cell) => {
    const why = unsupportedBy(input.jobFor(cell, 0), input);
    return why === null ? [] : [{ cellId: cell.id, why }];
  });
  const left = new Set(unsupported.map(({ cellId }) => cellId));
  const clockResolutionMs = clockResolution(clock);
  const samples: ProfileSample[] = [];
  for (const [round, order] of rounds.entries()) {
    for (const [position, cell] of order.filter(({ id }) => !left.has(id)).entries()) {
      if (signal.aborted) return null;
      const result = await timedSample(input.jobFor(cell, round), input.timer, 'profile');
      samples.push({ round, warmup: round < input.warmups, position, cellId: cell.id, result });
    }
    input.onRound?.(round + 1, rounds.length);
  }
  return signal.aborted ? null : { clockResolutionMs, unsupported, samples };
}

function unsupportedBy(
  job: LevelJob,
  { precisionModes, knobs }: Pick<ExecuteProfileInput, 'precisionModes' | 'knobs'>,
): string | null {
  if (job.precision !== 'target-default' && !precisionModes.includes(job.precision))
    return `needs precision ${job.precision}; the target has ${precisionModes.join(', ') || 'none'}`;
  const missing = knobsOf(job).filter((name) => !knobs.includes(name));
  return missing.length === 0 ? null : `sets ${missing.join(', ')}; the target cannot`;
}
