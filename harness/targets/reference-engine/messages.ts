/**
 * What a lane's two threads say to each other: plain data, one answer to each question, in order.
 * @module
 */
import type { SharedCheckpoint } from '../../../engine/index.ts';
import type { LevelJob, LevelResult, TimedLevel } from '../../schema/index.ts';
import type { LaneProblem } from './lane-errors.ts';
import type { LaneDescription } from './options.ts';

export type LaneQuestion =
  | { readonly kind: 'describe' }
  | { readonly kind: 'share' }
  | { readonly kind: 'adopt'; readonly shared: SharedCheckpoint }
  | { readonly kind: 'run-level'; readonly job: LevelJob; readonly forced: ReadonlyMap<string, readonly number[]> }
  | { readonly kind: 'time-level'; readonly job: LevelJob };

export type LaneAnswer =
  | { readonly kind: 'description'; readonly description: LaneDescription }
  | { readonly kind: 'shared'; readonly shared: SharedCheckpoint | null }
  | { readonly kind: 'adopted' }
  | { readonly kind: 'level'; readonly result: LevelResult }
  | { readonly kind: 'timed'; readonly timed: TimedLevel }
  | { readonly kind: 'problem'; readonly problem: LaneProblem };
