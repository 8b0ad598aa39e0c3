/**
 * Rules of attention: which positions and entries a query reads, and at which positions RoPE turns. Parts of the engine, because
 * real engines get exactly these wrong; the defaults are the specification's.
 * @module
 */
import type { StepSequence } from './step.ts';

export type RopeUse = 'query' | 'key' | 'entry' | 'index-query' | 'output';

export interface AttentionRules {
  readonly name: string;
  /** How many compressed entries the query at `position` sees: entry i iff i < floor((position + 1) / ratio). */
  visibleEntries(position: number, ratio: number, sequence: StepSequence): number;
  /** The position whose row is read for window position `position` by a step that starts at sequence.start. */
  windowPosition(position: number, sequence: StepSequence, windowSize: number): number;
  /** The position by which a vector is rotated. `row` is its row in the step. */
  ropePosition(use: RopeUse, position: number, row: number, sequence: StepSequence): number;
  /** What the indexer does with a dot product before weighing it: ReLU. */
  indexActivation(dot: number): number;
}

export const specifiedRules: AttentionRules = {
  name: 'specified',
  visibleEntries: (position, ratio) => Math.floor((position + 1) / ratio),
  windowPosition: (position) => position,
  ropePosition: (_use, position) => position,
  indexActivation: (dot) => (dot > 0 ? dot : 0),
};
