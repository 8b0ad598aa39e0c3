/**
 * A lane: one place that runs levels, with a checkpoint and engines of its own. Two kinds with one shape: a worker thread, and
 * inline in this thread (from TypeScript sources, where a worker cannot start).
 * @module
 */
import type { LevelJob, LevelResult } from '../../schema/index.ts';
import type { LaneDescription } from './options.ts';

export interface Lane {
  describe(): Promise<LaneDescription>;
  runLevel(job: LevelJob, forced: ReadonlyMap<string, readonly number[]>): Promise<LevelResult>;
  close(): Promise<void>;
}
