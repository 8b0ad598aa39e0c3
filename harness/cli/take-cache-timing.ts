/**
 * Takes a timing audit of a target: the order, the requests and the times, as one record. For a run, and for a trial of the fault bench.
 * @module
 */
import { timingJob, timingTrials } from '../../suites/cache-timing/index.ts';
import { createRng, type Clock } from '../ports/index.ts';
import { executeCacheTiming } from '../run/index.ts';
import {
  SCHEMA_VERSION,
  type CacheTiming,
  type CacheTimingSettings,
  type LevelTimer,
  type Target,
  type TargetDescription,
} from '../schema/index.ts';

export interface TakeCacheTimingInput {
  readonly settings: CacheTimingSettings;
  readonly timer: LevelTimer;
  readonly target: Pick<Target, 'tokenizer'>;
  readonly description: Pick<TargetDescription, 'capabilities' | 'fingerprintSha256'>;
  /** Of the order and the prompts. */
  readonly seed: string;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly signal: AbortSignal;
  readonly onTrial?: (done: number, of: number) => void;
}

/** Null when the signal was given before all was measured. */
export async function takeCacheTiming(input: TakeCacheTimingInput): Promise<CacheTiming | null> {
  const { settings, timer, target, description, seed, clock, signal, onTrial } = input;
  const rng = createRng(seed);
  const { lengthUnit } = timer;
  const prompts = { settings, lengthUnit, tokenizer: target.tokenizer, rng: rng.fork('prompts') };
  const taken = await executeCacheTiming({
    timer,
    trials: timingTrials(settings, rng.fork('order')),
    jobFor: (trial) => timingJob({ ...prompts, trial }),
    knobs: description.capabilities.knobs ?? [],
    pauseMs: settings.pauseMs,
    clock,
    signal,
    ...(onTrial === undefined ? {} : { onTrial }),
  });
  if (taken === null) return null;
  return {
    schemaVersion: SCHEMA_VERSION,
    targetFingerprintSha256: description.fingerprintSha256,
    settings,
    lengthUnit,
    ...taken,
  };
}
