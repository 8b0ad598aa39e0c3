/**
 * The work of a lane, in whatever thread it runs: opens the engines at the first call, then runs levels one at a time.
 * @module
 */
import { adoptCheckpoint, createByteTokenizer, type Checkpoint } from '../../../engine/index.ts';
import { systemClock, TargetError } from '../../ports/index.ts';
import { openEngineShelf, type EngineShelf } from './engine-shelf.ts';
import { laneProblem } from './lane-errors.ts';
import { knobsOfJob } from './knobs.ts';
import type { Lane } from './lane.ts';
import type { ReferenceEngineOptions } from './options.ts';
import { runLevel } from './run-level.ts';
import { timeLevel } from './time-level.ts';

/**
 * @param breathe - called between waves
 * @param checkpoint - opened at the first question; absent = its own
 */
export function createLaneRunner(
  options: ReferenceEngineOptions,
  breathe: () => Promise<void>,
  checkpoint: (() => Checkpoint) | null = null,
): Lane {
  const tokenizer = createByteTokenizer();
  let shelf: Promise<EngineShelf> | null = null;
  const opened = async (): Promise<EngineShelf> => await (shelf ??= openEngineShelf(options, checkpoint?.() ?? null));
  const guarded = async <T>(at: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new TargetError({ ...laneProblem(error, at), cause: error });
    }
  };
  return {
    describe: () => guarded(options.id, async () => (await opened()).description),
    share: () => guarded(options.id, async () => (await opened()).share()),
    adopt: (shared) =>
      guarded(options.id, async () => {
        await (shelf = openEngineShelf(options, adoptCheckpoint(shared)));
      }),
    runLevel: (job, forced) =>
      guarded(`${options.id}, unit ${job.unitId}, level ${job.levelId}`, async () => {
        const engine = (await opened()).engineFor({ precision: job.precision, knobs: knobsOfJob(job) });
        return runLevel({ engine, tokenizer, job, forced, breathe });
      }),
    timeLevel: (job) =>
      guarded(`${options.id}, profile, ${job.levelId}`, async () => {
        const engine = (await opened()).engineFor({ precision: job.precision, knobs: knobsOfJob(job) });
        return timeLevel({ engine, tokenizer, job, clock: systemClock });
      }),
    close: () => Promise.resolve(),
  };
}

/** Runs in this thread; lets timers and signals through between waves. */
export function createInlineLane(options: ReferenceEngineOptions, checkpoint: (() => Checkpoint) | null = null): Lane {
  return createLaneRunner(options, () => new Promise((resolve) => setImmediate(resolve)), checkpoint);
}
