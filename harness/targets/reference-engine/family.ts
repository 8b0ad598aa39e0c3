/**
 * A family: engines with unequal settings over one checkpoint, in this thread. For a diagnosis, which asks dozens of them in turn.
 *
 * The checkpoint is opened once, at the first question, and its packed weights are shared; an engine of other settings is then made in
 * milliseconds, where a target of its own would start a thread and make the weights again.
 * @module
 */
import type { Checkpoint } from '../../../engine/index.ts';
import type { Target } from '../../schema/index.ts';
import { openCheckpoint } from './engine-shelf.ts';
import { createInlineLane } from './lane-runner.ts';
import type { ReferenceEngineOptions } from './options.ts';
import { targetOver } from './target.ts';
import { openTracer, type Tracer } from './tracer.ts';

export interface EngineFamily {
  /** Nothing is opened before its first question. */
  target(options: ReferenceEngineOptions): Target;
  /** @throws CheckpointError, RangeError, TypeError as `openEngineShelf` */
  tracer(options: ReferenceEngineOptions): Promise<Tracer>;
}

export function createEngineFamily(): EngineFamily {
  const checkpoints = new Map<string, Checkpoint>();
  const checkpointOf = (options: ReferenceEngineOptions): Checkpoint => {
    const key = JSON.stringify(options.checkpoint);
    const checkpoint = checkpoints.get(key) ?? openCheckpoint(options);
    checkpoints.set(key, checkpoint);
    return checkpoint;
  };
  return {
    target: (options) => targetOver(options, [createInlineLane(options, () => checkpointOf(options))]),
    tracer: (options) => openTracer(options, checkpointOf(options)),
  };
}
