/**
 * What one lane owns: the checkpoint, loaded once, and an engine for each precision mode that was asked for, made when it is.
 * @module
 */
import {
  buildCheckpoint,
  loadCheckpoint,
  shareCheckpoint,
  type Checkpoint,
  type SharedCheckpoint,
  type TraceTap,
} from '../../../engine/index.ts';
import { enginesByLevel, type EngineFor } from './engines-by-level.ts';
import { knobsFor } from './knobs.ts';
import type { LaneDescription, ReferenceEngineOptions } from './options.ts';
import { loadPartsModule } from './parts-module.ts';

export interface EngineShelf {
  readonly description: LaneDescription;
  readonly engineFor: EngineFor;
  /** The checkpoint for other lanes. */
  share(): SharedCheckpoint;
}

/**
 * @param tap - sees every op of every engine
 * @throws CheckpointError, RangeError (an option out of range), TypeError (a parts module without its exports)
 */
export async function openEngineShelf(
  options: ReferenceEngineOptions,
  adopted: Checkpoint | null,
  tap: TraceTap | null = null,
): Promise<EngineShelf> {
  const custom = options.partsModule === null ? null : await loadPartsModule(options.partsModule);
  const checkpoint = adopted ?? openCheckpoint(options);
  const engineFor = enginesByLevel(checkpoint, {
    precision: options.precision,
    maxBatch: options.maxBatch,
    chunkSize: options.chunkSize,
    keyBlock: options.keyBlock,
    splitPolicy: options.splitPolicy,
    mhcSplitK: options.mhcSplitK,
    tap,
    ...(custom === null ? {} : { parts: custom.parts }),
  });
  const engine = engineFor({ precision: 'target-default' });
  return {
    description: {
      knobs: knobsFor(checkpoint),
      vocabSize: engine.vocabSize,
      checkpointSha256: checkpoint.digestSha256,
      entries: [...engine.describe(), { name: 'fault', value: custom?.name ?? 'none' }],
    },
    engineFor,
    share: () => shareCheckpoint(checkpoint),
  };
}

export function openCheckpoint({ checkpoint }: Pick<ReferenceEngineOptions, 'checkpoint'>): Checkpoint {
  return checkpoint.kind === 'seeded'
    ? buildCheckpoint({ preset: checkpoint.preset, seed: checkpoint.seed })
    : loadCheckpoint(checkpoint.path);
}
