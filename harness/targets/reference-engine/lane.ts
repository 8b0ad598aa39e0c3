/**
 * A lane: one place that runs levels, with engines of its own. Two kinds with one shape: a worker thread, and
 * inline in this thread (from TypeScript sources, where a worker cannot start).
 * @module
 */
import type { SharedCheckpoint } from '../../../engine/index.ts';
import type { LevelJob, LevelResult, TimedLevel } from '../../schema/index.ts';
import type { LaneDescription } from './options.ts';

export interface Lane {
  describe(): Promise<LaneDescription>;
  /** Its checkpoint for other lanes; null where nothing is shared. */
  share(): Promise<SharedCheckpoint | null>;
  /** Takes another lane's checkpoint instead of opening its own; before anything else is asked. */
  adopt(shared: SharedCheckpoint): Promise<void>;
  runLevel(job: LevelJob, forced: ReadonlyMap<string, readonly number[]>): Promise<LevelResult>;
  timeLevel(job: LevelJob): Promise<TimedLevel>;
  close(): Promise<void>;
}
