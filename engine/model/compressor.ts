/**
 * The compressor as a state machine: tokens in one by one, an entry out at the end of each window.
 *
 * Prefill and decode run the same steps, so their entries have the same bits. With overlap (ratio 4) an entry pools the window
 * before (first half of the channels) and the current window (second half); without, the current window alone.
 * Source: specification section 7.
 * @module
 */
import type { CompressorState, EntryList, StateJournal } from '../cache/index.ts';
import { linearF32, tagOf, toStored } from './step.ts';
import type { StepContext, StepSequence } from './step.ts';
import type { CompressorWeights } from './weights.ts';

/** Values and scores (the positional bias of each row's phase added) of all rows of the step: [rows, width] each. */
export interface CompressorInputs {
  readonly values: Float32Array;
  readonly scores: Float32Array;
  readonly width: number;
}

/** The two float32 projections, for all rows at once. @param ratio - tokens per entry */
export function projectForCompressor(
  ctx: StepContext,
  w: CompressorWeights,
  x: Float32Array,
  rows: number,
  ratio: number,
): CompressorInputs {
  const { kernels } = ctx;
  const width = w.wkv.matrix.out;
  const values = linearF32(ctx, w.wkv, x, rows);
  const scores = linearF32(ctx, w.wgate, x, rows);
  const phases = kernels.arena.ints(rows);
  for (const s of ctx.step.sequences) for (let i = 0; i < s.count; i++) phases[s.from + i] = (s.start + i) % ratio;
  kernels.addRows(scores, w.ape, phases, width);
  return { values, scores, width };
}

/**
 * Runs one request's rows through its compressor state; finished entries go to the list, where their record format quantises them
 * (main path: FP8; index keys: rotated here, FP4 there).
 */
export function compress(
  ctx: StepContext,
  w: CompressorWeights,
  inputs: CompressorInputs,
  sequence: StepSequence,
  state: CompressorState,
  entries: EntryList,
): void {
  const { ratio, widthFactor } = state;
  const { width } = inputs;
  const { journal } = sequence.state;
  ctx.parts.tailCarry(state, sequence);
  for (let i = 0; i < sequence.count; i++) {
    const position = sequence.start + i;
    const phase = position % ratio;
    const slot = (widthFactor === 2 ? ratio + phase : phase) * width;
    const row = (sequence.from + i) * width;
    if (journal !== null) saveRows(journal, position, state, slot, width);
    state.values.set(inputs.values.subarray(row, row + width), slot);
    state.scores.set(inputs.scores.subarray(row, row + width), slot);
    if (phase !== ratio - 1) continue;
    const entry = Math.floor(position / ratio);
    if (entry >= entries.count) {
      const first = entry * ratio;
      const mark = ctx.kernels.arena.mark();
      entries.append(
        entry,
        formEntry(ctx, w, state, first, sequence, entries),
        tagOf(sequence, first, position),
        journal,
      );
      ctx.kernels.arena.release(mark);
      ctx.counters.entries++;
      if (entries.section.format.name !== 'f32') ctx.counters.quantisedRecords++;
    } else ctx.counters.entriesKept++;
    if (widthFactor === 2) {
      if (journal !== null) saveRows(journal, position, state, 0, ratio * width);
      state.values.copyWithin(0, ratio * width, 2 * ratio * width);
      state.scores.copyWithin(0, ratio * width, 2 * ratio * width);
    }
  }
}

function saveRows(journal: StateJournal, position: number, state: CompressorState, from: number, length: number): void {
  journal.saveRange(position, state.values, from, from + length);
  journal.saveRange(position, state.scores, from, from + length);
}

const slotsOf = new WeakMap<CompressorState, Int32Array>();

/** Offsets of the pooled slots: previous window with channels [0, dim), current window with channels [dim, 2 dim). */
function pooledSlots(state: CompressorState): Int32Array {
  let slots = slotsOf.get(state);
  if (slots === undefined) {
    const { ratio, widthFactor, dim } = state;
    const width = widthFactor * dim;
    const currentFrom = widthFactor === 1 ? 0 : dim;
    slots = Int32Array.from({ length: widthFactor * ratio }, (_, s) => s * width + (s < ratio ? 0 : currentFrom));
    slotsOf.set(state, slots);
  }
  return slots;
}

function formEntry(
  ctx: StepContext,
  w: CompressorWeights,
  state: CompressorState,
  firstPosition: number,
  sequence: StepSequence,
  { section }: EntryList,
): Float32Array {
  const { dim } = state;
  const { ropeDim, rmsNormEps } = ctx.config;
  const { kernels } = ctx;
  const entry = kernels.arena.floats(dim);
  kernels.poolChannels(state.values, state.scores, pooledSlots(state), dim, entry);
  toStored(ctx, entry);
  kernels.rmsNorm(entry, w.norm, entry, { rows: 1, width: dim, eps: rmsNormEps });
  toStored(ctx, entry);
  const positions = kernels.arena.ints(1);
  positions[0] = ctx.parts.rules.ropePosition('entry', firstPosition, sequence.from, sequence);
  ctx.ropeCompressed.ensure(positions[0]);
  const at = { from: dim - ropeDim, vectors: 1, stride: dim };
  kernels.rotate(entry, at, positions, ctx.ropeCompressed, false);
  toStored(ctx, entry);
  if (section.kind === 'index-key') {
    kernels.hadamard(entry, 1, dim);
    toStored(ctx, entry);
  }
  if (ctx.tap !== null)
    ctx.tap({
      op: `layers.${section.layer}.attn.${section.kind === 'kv' ? 'compressor' : 'indexer.compressor'}.entry`,
      rows: [{ request: sequence.request, position: firstPosition + state.ratio - 1 }],
      values: entry.slice(),
    });
  return entry;
}
