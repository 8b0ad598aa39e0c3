/**
 * The compressor as a state machine: tokens in one by one, an entry out at the end of each window.
 *
 * Prefill and decode run the same steps, so their entries have the same bits. With overlap (ratio 4) an entry pools the window
 * before (first half of the channels) and the current window (second half); without, the current window alone.
 * Source: specification section 7.
 * @module
 */
import { appendEntry } from '../cache/index.ts';
import type { CompressorState, EntryList } from '../cache/index.ts';
import { fakeQuantFp4Mx, fakeQuantFp8, roundBf16InPlace } from '../formats/index.ts';
import { hadamard, poolChannels, rmsNorm } from '../kernels/index.ts';
import { linearF32 } from './step.ts';
import type { StepContext, StepSequence } from './step.ts';
import type { CompressorWeights } from './weights.ts';

const f32 = Math.fround;
export const KV_QUANT_GROUP = 64;
export const INDEX_QUANT_GROUP = 32;

/** What becomes of a pooled entry: the main path quantises non-RoPE dims to FP8, the indexer's rotates and quantises to FP4. */
export type EntryKind = 'kv' | 'index-key';

/** Values and scores of all rows of the step: [rows, width] each. */
export interface CompressorInputs {
  readonly values: Float32Array;
  readonly scores: Float32Array;
  readonly width: number;
}

/** The two float32 projections, for all rows at once. */
export function projectForCompressor(
  ctx: StepContext,
  w: CompressorWeights,
  x: Float32Array,
  rows: number,
): CompressorInputs {
  return { values: linearF32(ctx, w.wkv, x, rows), scores: linearF32(ctx, w.wgate, x, rows), width: w.wkv.matrix.out };
}

/** Runs one request's rows through its compressor state; finished entries are appended to the list. */
export function compress(
  ctx: StepContext,
  w: CompressorWeights,
  inputs: CompressorInputs,
  sequence: StepSequence,
  state: CompressorState,
  entries: EntryList,
  kind: EntryKind,
): void {
  const { ratio, widthFactor } = state;
  const { width } = inputs;
  for (let i = 0; i < sequence.count; i++) {
    const position = sequence.start + i;
    const phase = position % ratio;
    const slot = (widthFactor === 2 ? ratio + phase : phase) * width;
    const row = (sequence.from + i) * width;
    for (let c = 0; c < width; c++) {
      state.values[slot + c] = inputs.values[row + c]!;
      state.scores[slot + c] = f32(inputs.scores[row + c] + w.ape[phase * width + c]);
    }
    if (phase === ratio - 1) {
      appendEntry(entries, formEntry(ctx, w, state, Math.floor(position / ratio) * ratio, kind));
      ctx.counters.entries++;
      if (widthFactor === 2) {
        state.values.copyWithin(0, ratio * width, 2 * ratio * width);
        state.scores.copyWithin(0, ratio * width, 2 * ratio * width);
      }
    }
  }
}

/** Offsets of the pooled slots: previous window with channels [0, dim), current window with channels [dim, 2 dim). */
function pooledSlots(state: CompressorState): number[] {
  const { ratio, widthFactor, dim } = state;
  const width = widthFactor * dim;
  if (widthFactor === 1) return Array.from({ length: ratio }, (_, s) => s * width);
  return Array.from({ length: 2 * ratio }, (_, s) => s * width + (s < ratio ? 0 : dim));
}

function formEntry(
  ctx: StepContext,
  w: CompressorWeights,
  state: CompressorState,
  firstPosition: number,
  kind: EntryKind,
): Float32Array {
  const { dim } = state;
  const { ropeDim, rmsNormEps } = ctx.config;
  const entry = new Float32Array(dim);
  poolChannels(state.values, state.scores, pooledSlots(state), dim, entry);
  const { bf16, quantiseKv } = ctx.roundings;
  if (bf16) roundBf16InPlace(entry);
  rmsNorm(entry, w.norm, entry, { rows: 1, width: dim, eps: rmsNormEps });
  if (bf16) roundBf16InPlace(entry);
  ctx.ropeCompressed.rotate(entry, dim - ropeDim, firstPosition, false);
  if (bf16) roundBf16InPlace(entry);
  if (kind === 'kv') {
    if (quantiseKv) {
      fakeQuantFp8(entry, 0, dim - ropeDim, KV_QUANT_GROUP);
      ctx.counters.quantisedRecords++;
    }
    return entry;
  }
  hadamard(entry, 1, dim);
  if (bf16) roundBf16InPlace(entry);
  if (quantiseKv) fakeQuantFp4Mx(entry, 0, dim, INDEX_QUANT_GROUP);
  return entry;
}
