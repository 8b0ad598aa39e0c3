/**
 * Levels with a listener: the same work as a lane's, and the fingerprint of every op. For a diagnosis, in this thread.
 * @module
 */
import {
  createByteTokenizer,
  createFingerprintTap,
  type Checkpoint,
  type OpFingerprint,
  type TraceTap,
} from '../../../engine/index.ts';
import type { LevelJob, LevelResult } from '../../schema/index.ts';
import { openEngineShelf } from './engine-shelf.ts';
import type { ReferenceEngineOptions } from './options.ts';
import { runLevel } from './run-level.ts';

export interface TracedLevel {
  readonly result: LevelResult;
  /** Of all requests, in the order of computation. */
  readonly fingerprints: readonly OpFingerprint[];
}

export interface Tracer {
  trace(job: LevelJob, forced: ReadonlyMap<string, readonly number[]>): Promise<TracedLevel>;
}

/** @throws CheckpointError, RangeError, TypeError as `openEngineShelf` */
export async function openTracer(options: ReferenceEngineOptions, checkpoint: Checkpoint): Promise<Tracer> {
  let listener: TraceTap | null = null;
  const shelf = await openEngineShelf(options, checkpoint, (event) => listener?.(event));
  const tokenizer = createByteTokenizer();
  return {
    async trace(job, forced) {
      const { tap, fingerprints } = createFingerprintTap();
      listener = tap;
      try {
        const engine = shelf.engineFor(job);
        const result = await runLevel({ engine, tokenizer, job, forced, breathe: () => Promise.resolve() });
        return { result, fingerprints };
      } finally {
        listener = null;
      }
    },
  };
}
