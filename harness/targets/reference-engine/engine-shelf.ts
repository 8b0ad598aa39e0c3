/**
 * What one lane owns: the checkpoint, loaded once, and an engine for each precision mode that was asked for, made when it is.
 * @module
 */
import {
  buildCheckpoint,
  createEngine,
  loadCheckpoint,
  shareCheckpoint,
  type Checkpoint,
  type Engine,
  type SharedCheckpoint,
  type TraceTap,
} from '../../../engine/index.ts';
import type { LevelJob } from '../../schema/index.ts';
import { engineOptionsOf, knobsFor, knobsKey } from './knobs.ts';
import type { LaneDescription, ReferenceEngineOptions } from './options.ts';
import { loadPartsModule } from './parts-module.ts';

export interface EngineShelf {
  readonly description: LaneDescription;
  engineFor(level: Pick<LevelJob, 'precision' | 'knobs'>): Engine;
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
  const engines = new Map<string, Engine>();
  const pageTokens = (): number => {
    const session = engineFor({ precision: 'target-default' }).openSession();
    session.close();
    return session.cache.pageTokens;
  };
  const engineFor: EngineShelf['engineFor'] = ({ precision: asked, knobs = {} }) => {
    const precision = asked === 'target-default' ? options.precision : asked;
    const key = `${precision} ${knobsKey(knobs)}`;
    let engine = engines.get(key);
    if (engine === undefined) {
      const own = engineOptionsOf(knobs, pageTokens);
      engine = createEngine(checkpoint, {
        precision,
        maxBatch: options.maxBatch,
        chunkSize: options.chunkSize,
        keyBlock: options.keyBlock,
        splitPolicy: options.splitPolicy,
        mhcSplitK: options.mhcSplitK,
        tap,
        ...own,
        // what the configuration exchanges stays exchanged, whatever a level sets
        parts: { ...own.parts, ...custom?.parts },
      });
      engines.set(key, engine);
    }
    return engine;
  };
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

function openCheckpoint({ checkpoint }: ReferenceEngineOptions): Checkpoint {
  return checkpoint.kind === 'seeded'
    ? buildCheckpoint({ preset: checkpoint.preset, seed: checkpoint.seed })
    : loadCheckpoint(checkpoint.path);
}
