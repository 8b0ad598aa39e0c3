/**
 * The attention sublayer: window only (ratio 0), window + selected compressed entries (CSA), window + all of them (HCA).
 *
 * Every row is computed from its own entry list in the canonical order, so the result does not depend on the batch, on the row,
 * or on how the prompt was chunked. Source: specification sections 6 to 8.
 * @module
 */
import type { LayerState } from '../cache/index.ts';
import { compressRatio } from '../checkpoint/index.ts';
import { fakeQuantFp8 } from '../formats/index.ts';
import { attendToken, rmsNorm } from '../kernels/index.ts';
import type { RopeTable, RowSet, RowSource, SplitCuts } from '../kernels/index.ts';
import { compress, KV_QUANT_GROUP, projectForCompressor } from './compressor.ts';
import { indexQueries, selectEntries } from './indexer.ts';
import { linear, toStored, trace } from './step.ts';
import type { StepContext, StepSequence } from './step.ts';
import type { AttentionWeights } from './weights.ts';

/** @returns [rows, D] */
export function attention(
  ctx: StepContext,
  w: AttentionWeights,
  layer: number,
  x: Float32Array,
  op: string,
): Float32Array {
  const { config } = ctx;
  const rows = ctx.step.tokenIds.length;
  const ratio = compressRatio(config, layer);
  const rope = ratio > 0 ? ctx.ropeCompressed : ctx.ropeMain;
  const qr = linear(ctx, w.wqA, x, rows);
  rmsNorm(qr, w.qNorm, qr, { rows, width: config.qLoraRank, eps: config.rmsNormEps });
  toStored(ctx, qr);
  const q = makeQueries(ctx, w, qr, rope, rows);
  const kv = makeKeyValues(ctx, w, x, rope, rows);
  const selected = updateCompressed(ctx, w, layer, x, qr, ratio, op);
  const out = attendRows(ctx, w, layer, q, kv, selected, ratio);
  eachHeadOfRow(ctx, (at, position) => rope.rotate(out, at + config.headDim - config.ropeDim, position, true));
  toStored(ctx, out);
  trace(ctx, `${op}.context`, out);
  return projectOutput(ctx, w, out, rows);
}

function eachHeadOfRow(ctx: StepContext, visit: (at: number, position: number) => void): void {
  const { heads, headDim } = ctx.config;
  for (const s of ctx.step.sequences)
    for (let i = 0; i < s.count; i++)
      for (let h = 0; h < heads; h++) visit(((s.from + i) * heads + h) * headDim, s.start + i);
}

/** [rows, heads, headDim]: low-rank projection, weightless norm per head, RoPE on the last dims. */
function makeQueries(
  ctx: StepContext,
  w: AttentionWeights,
  qr: Float32Array,
  rope: RopeTable,
  rows: number,
): Float32Array {
  const { heads, headDim, ropeDim, rmsNormEps } = ctx.config;
  const q = linear(ctx, w.wqB, qr, rows);
  rmsNorm(q, null, q, { rows: rows * heads, width: headDim, eps: rmsNormEps });
  toStored(ctx, q);
  eachHeadOfRow(ctx, (at, position) => rope.rotate(q, at + headDim - ropeDim, position, false));
  return toStored(ctx, q);
}

/** [rows, headDim]: one shared key-value row per token; non-RoPE dims pass through the FP8 record where KV is quantised. */
function makeKeyValues(
  ctx: StepContext,
  w: AttentionWeights,
  x: Float32Array,
  rope: RopeTable,
  rows: number,
): Float32Array {
  const { headDim, ropeDim, rmsNormEps } = ctx.config;
  const kv = linear(ctx, w.wkv, x, rows);
  rmsNorm(kv, w.kvNorm, kv, { rows, width: headDim, eps: rmsNormEps });
  toStored(ctx, kv);
  for (const s of ctx.step.sequences)
    for (let i = 0; i < s.count; i++) rope.rotate(kv, (s.from + i + 1) * headDim - ropeDim, s.start + i, false);
  toStored(ctx, kv);
  if (ctx.roundings.quantiseKv) {
    for (let r = 0; r < rows; r++) fakeQuantFp8(kv, r * headDim, (r + 1) * headDim - ropeDim, KV_QUANT_GROUP);
    ctx.counters.quantisedRecords += rows;
  }
  return kv;
}

/** Runs the compressors, then selects: per row, the visible entry numbers to attend to, ascending. */
function updateCompressed(
  ctx: StepContext,
  w: AttentionWeights,
  layer: number,
  x: Float32Array,
  qr: Float32Array,
  ratio: number,
  op: string,
): Int32Array[] {
  const rows = ctx.step.tokenIds.length;
  const selected: Int32Array[] = new Array<Int32Array>(rows).fill(new Int32Array(0));
  if (w.compressor === null) return selected;
  const main = projectForCompressor(ctx, w.compressor, x, rows);
  const index = w.indexer === null ? null : projectForCompressor(ctx, w.indexer.compressor, x, rows);
  const queries = w.indexer === null ? null : indexQueries(ctx, w.indexer, x, qr, rows);
  for (const s of ctx.step.sequences) {
    const state = s.state.layers[layer];
    compress(ctx, w.compressor, main, s, state.compressor!, state.entries!, 'kv');
    if (w.indexer !== null && index !== null && queries !== null) {
      compress(ctx, w.indexer.compressor, index, s, state.indexCompressor!, state.indexEntries!, 'index-key');
      selectEntries(ctx, queries, s, state.indexEntries!, ratio).forEach((indices, i) => {
        selected[s.from + i] = indices;
      });
    } else {
      const all = Int32Array.from({ length: state.entries!.count }, (_, e) => e);
      for (let i = 0; i < s.count; i++) selected[s.from + i] = all.subarray(0, Math.floor((s.start + i + 1) / ratio));
    }
  }
  if (w.indexer !== null && ctx.tap !== null) trace(ctx, `${op}.indexer.topk`, padded(selected, ctx.config.indexTopK));
  return selected;
}

/** [rows, k] with -1 where fewer entries were selected. */
function padded(selected: readonly Int32Array[], k: number): Int32Array {
  const out = new Int32Array(selected.length * k).fill(-1);
  selected.forEach((indices, r) => out.set(indices, r * k));
  return out;
}

function attendRows(
  ctx: StepContext,
  w: AttentionWeights,
  layer: number,
  q: Float32Array,
  kv: Float32Array,
  selected: readonly Int32Array[],
  ratio: number,
): Float32Array {
  const { heads, headDim, windowSize } = ctx.config;
  const size = heads * headDim;
  const out = new Float32Array(q.length);
  const cuts = planCuts(ctx, selected);
  const shape = {
    heads,
    width: headDim,
    scale: 1 / Math.sqrt(headDim),
    keyBlock: ctx.keyBlock,
    roundWeights: ctx.roundings.bf16,
  };
  for (const s of ctx.step.sequences) {
    const state = s.state.layers[layer];
    const held = Math.min(s.start, windowSize - 1);
    const set = loadEntries(ctx, state, s, kv, held, ratio > 0);
    for (let i = 0; i < s.count; i++) {
      const row = s.from + i;
      const last = held + i;
      const first = Math.max(0, last - windowSize + 1);
      const windowCount = last - first + 1;
      const entries = selected[row];
      const index = new Int32Array(windowCount + entries.length);
      for (let j = 0; j < windowCount; j++) index[j] = first + j;
      for (let j = 0; j < entries.length; j++) index[windowCount + j] = held + s.count + entries[j];
      const rowCuts = cuts.get(row) ?? [];
      if (rowCuts.length > 0) {
        ctx.counters.splits++;
        ctx.counters.maxSplits = Math.max(ctx.counters.maxSplits, rowCuts.length + 1);
      }
      attendToken(
        ctx.kernels,
        q.subarray(row * size, (row + 1) * size),
        set,
        index,
        windowCount,
        w.sink,
        rowCuts,
        shape,
        out,
        row * size,
      );
    }
    keepWindow(state.ring, kv, s, headDim, windowSize);
  }
  return out;
}

/** Cuts of the decode rows of this layer; rows of a prompt are never split. */
function planCuts(ctx: StepContext, selected: readonly Int32Array[]): Map<number, SplitCuts> {
  const decoding = ctx.step.sequences.filter((s) => s.decode);
  if (decoding.length === 0) return new Map();
  const lengths = decoding.map((s) => ({
    window: Math.min(s.start + 1, ctx.config.windowSize),
    compressed: selected[s.from].length,
  }));
  const cuts = ctx.parts.splitPolicy.cuts(lengths, ctx.keyBlock);
  return new Map(decoding.map((s, i) => [s.from, cuts[i]]));
}

/** Rows to attend to: the window before this step (oldest first), this step's rows, then all compressed entries. */
function loadEntries(
  ctx: StepContext,
  state: LayerState,
  s: StepSequence,
  kv: Float32Array,
  held: number,
  compressed: boolean,
): RowSet {
  const { windowSize, headDim } = ctx.config;
  const sources: RowSource[] = [];
  const oldest = (s.start - held) % windowSize;
  const beforeWrap = Math.min(held, windowSize - oldest);
  if (beforeWrap > 0) sources.push({ data: state.ring, from: oldest, count: beforeWrap });
  if (held > beforeWrap) sources.push({ data: state.ring, from: 0, count: held - beforeWrap });
  sources.push({ data: kv, from: s.from, count: s.count });
  if (compressed) sources.push({ data: state.entries!.data, from: 0, count: state.entries!.count });
  return ctx.kernels.loadRows(sources, headDim);
}

/** The last windowSize rows of the step go to the ring, at position mod windowSize. */
function keepWindow(ring: Float32Array, kv: Float32Array, s: StepSequence, headDim: number, windowSize: number): void {
  for (let i = Math.max(0, s.count - windowSize); i < s.count; i++) {
    const row = (s.from + i) * headDim;
    ring.set(kv.subarray(row, row + headDim), ((s.start + i) % windowSize) * headDim);
  }
}

/** Grouped output projection: each group of heads through its own low-rank matrix, then all through wo_b. */
function projectOutput(ctx: StepContext, w: AttentionWeights, out: Float32Array, rows: number): Float32Array {
  const { heads, headDim, oGroups, oLoraRank } = ctx.config;
  const inner = (heads * headDim) / oGroups;
  const u = new Float32Array(rows * oGroups * oLoraRank);
  const slice = new Float32Array(rows * inner);
  for (let g = 0; g < oGroups; g++) {
    for (let r = 0; r < rows; r++) {
      const from = (r * oGroups + g) * inner;
      slice.set(out.subarray(from, from + inner), r * inner);
    }
    const part = linear(ctx, w.woA[g], slice, rows);
    for (let r = 0; r < rows; r++)
      u.set(part.subarray(r * oLoraRank, (r + 1) * oLoraRank), (r * oGroups + g) * oLoraRank);
  }
  return linear(ctx, w.woB, u, rows);
}
