/**
 * Options of the reference-engine target: the keys of the config's `target`, with paths made absolute and the fault made a module.
 *
 * Plain data, so that it can be sent to a worker.
 * @module
 */
import type { KnobName, PrecisionMode } from '../../schema/index.ts';

/** Presets that a run can have; `v4-tiny-engram` has conditional memory. */
type SeededPreset = 'v4-tiny' | 'v4-tiny-engram';

export interface ReferenceEngineOptions {
  readonly id: string;
  readonly checkpoint:
    | { readonly kind: 'seeded'; readonly preset: SeededPreset; readonly seed: string }
    /** An absolute path. */
    | { readonly kind: 'directory'; readonly path: string };
  readonly precision: PrecisionMode;
  readonly lanes: number;
  readonly maxBatch: number;
  readonly chunkSize: number;
  readonly keyBlock: number;
  readonly splitPolicy:
    | { readonly kind: 'none' }
    | { readonly kind: 'fixed'; readonly splits: number }
    | { readonly kind: 'flashmla'; readonly multiprocessors: number; readonly overhead: number };
  readonly mhcSplitK:
    | { readonly kind: 'none' }
    | { readonly kind: 'by-token-count'; readonly multiprocessors: number; readonly tokenBlock: number };
  /** URL of a module that exports `name: string` and `parts: Partial<EngineParts>`; null = the engine as it is. */
  readonly partsModule: string | null;
}

/** What a lane says about the engine that it has built. */
export interface LaneDescription {
  /** Serving knobs that a level can set with this checkpoint. */
  readonly knobs: readonly KnobName[];
  readonly vocabSize: number;
  readonly checkpointSha256: string;
  /** Everything that could change a bit. */
  readonly entries: readonly { readonly name: string; readonly value: string }[];
}
