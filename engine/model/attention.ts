/**
 * The attention sublayer: window only (ratio 0), window + selected compressed entries (CSA), window + all of them (HCA).
 *
 * Every row is computed from its own entry list in the canonical order, so the result does not depend on the batch, on the row,
 * or on how the prompt was chunked. Source: specification sections 6 to 8.
 * @module
 */
import type { LayerState } from '../cache/index.ts';
import { compressRatio } from '../checkpoint/index.ts';
import { attendToken, zeroBytes } from '../kernels/index.ts';
import type { AttentionLists, RopeTable, RowSource, SplitCuts } from '../kernels/index.ts';
import { compress, projectForCompressor } from './compressor.ts';
import { indexQueries, selectEntries } from './indexer.ts';
import { linear, tagOf, toStored, trace, wantedTag } from './step.ts';
import type { RowRopeUse, StepContext, StepSequence } from './step.ts';
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
  ctx.kernels.rmsNorm(qr, w.qNorm, qr, { rows, width: config.qLoraRank, eps: config.rmsNormEps });
  toStored(ctx, qr);
  const q = makeQueries(ctx, w, qr, rope, rows);
  trace(ctx, `${op}.q`, q);
  const kv = makeKeyValues(ctx, w, x, rope, rows);
  trace(ctx, `${op}.kv`, kv.values);
  const selected = updateCompressed(ctx, w, layer, x, qr, ratio, op);
  const out = attendRows(ctx, w, layer, q, kv, selected);
  rotateHeads(ctx, 'output', out, rope, config.heads);
  toStored(ctx, out);
  trace(ctx, `${op}.context`, out);
  return projectOutput(ctx, w, out, rows);
}

/** RoPE on the last columns of every head, in place; the output turns back. */
function rotateHeads(ctx: StepContext, use: RowRopeUse, x: Float32Array, rope: RopeTable, heads: number): void {
  const { headDim, ropeDim } = ctx.config;
  const at = { from: headDim - ropeDim, vectors: heads, stride: headDim };
  ctx.kernels.rotate(x, at, ctx.positions[use], rope, use === 'output');
}

/** [rows, heads, headDim]: low-rank projection, weightless norm per head, RoPE on the last dims. */
function makeQueries(
  ctx: StepContext,
  w: AttentionWeights,
  qr: Float32Array,
  rope: RopeTable,
  rows: number,
): Float32Array {
  const { heads, headDim, rmsNormEps } = ctx.config;
  const q = linear(ctx, w.wqB, qr, rows);
  ctx.kernels.rmsNorm(q, null, q, { rows: rows * heads, width: headDim, eps: rmsNormEps });
  toStored(ctx, q);
  rotateHeads(ctx, 'query', q, rope, heads);
  return toStored(ctx, q);
}

/** The step's key-value rows: as records, and as what the records decode to. */
interface StepKeyValues {
  /** [rows, headDim] */
  readonly values: Float32Array;
  /** One page of `rows` records. */
  readonly page: Uint8Array;
}

/** One shared key-value row per token, encoded to a record once; attention and ring see the same bytes. */
function makeKeyValues(
  ctx: StepContext,
  w: AttentionWeights,
  x: Float32Array,
  rope: RopeTable,
  rows: number,
): StepKeyValues {
  const { headDim, rmsNormEps } = ctx.config;
  const kv = linear(ctx, w.wkv, x, rows);
  ctx.kernels.rmsNorm(kv, w.kvNorm, kv, { rows, width: headDim, eps: rmsNormEps });
  toStored(ctx, kv);
  rotateHeads(ctx, 'key', kv, rope, 1);
  toStored(ctx, kv);
  const format = ctx.parts.records.window;
  const page = zeroBytes(ctx.kernels.arena, format.pageBytes(rows));
  for (let r = 0; r < rows; r++) format.writeEntry(page, rows, r, kv, r * headDim);
  if (format.name === 'f32') return { values: kv, page };
  ctx.counters.quantisedRecords += rows;
  const index = Int32Array.from({ length: rows }, (_, r) => r);
  const { data } = ctx.kernels.loadRows([{ kind: 'page', format, page, entries: rows, index, count: rows }], headDim);
  return { values: data, page };
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
  const main = projectForCompressor(ctx, w.compressor, x, rows, ratio);
  const index = w.indexer === null ? null : projectForCompressor(ctx, w.indexer.compressor, x, rows, ratio);
  const queries = w.indexer === null ? null : indexQueries(ctx, w.indexer, x, qr, rows, op);
  for (const s of ctx.step.sequences) {
    const state = s.state.layers[layer];
    compress(ctx, w.compressor, main, s, state.compressor!, state.entries!);
    const visibleOf = (i: number): number => ctx.parts.rules.visibleEntries(s.start + i, ratio, s);
    if (w.indexer !== null && index !== null && queries !== null) {
      compress(ctx, w.indexer.compressor, index, s, state.indexCompressor!, state.indexEntries!);
      selectEntries(ctx, queries, s, layer, state.indexEntries!, visibleOf).forEach((indices, i) => {
        selected[s.from + i] = indices;
      });
    } else {
      const all = Int32Array.from({ length: visibleOf(s.count - 1) }, (_, e) => e);
      for (let i = 0; i < s.count; i++) selected[s.from + i] = all.subarray(0, visibleOf(i));
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
  kv: StepKeyValues,
  selected: readonly Int32Array[],
): Float32Array {
  const { heads, headDim, windowSize } = ctx.config;
  const size = heads * headDim;
  const rows = ctx.step.tokenIds.length;
  const { arena } = ctx.kernels;
  const out = arena.floats(q.length);
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
    const held = Math.min(s.start - s.windowStart, windowSize - 1);
    const gathered = gatherEntries(selected, s);
    const mark = arena.mark();
    const set = ctx.kernels.loadRows(rowSources(ctx, state, s, kv.values, held, gathered.numbers), headDim);
    const lists = attentionLists(ctx, s, held, selected, gathered.rowOf);
    const own = q.subarray(s.from * size, (s.from + s.count) * size);
    const target = out.subarray(s.from * size, (s.from + s.count) * size);
    const rowCuts = cuts.get(s.from) ?? [];
    if (rowCuts.length === 0) ctx.kernels.attendRows(own, set, lists, w.sink, shape, target);
    else {
      ctx.counters.splits++;
      ctx.counters.maxSplits = Math.max(ctx.counters.maxSplits, rowCuts.length + 1);
      attendToken(ctx.kernels, own, set, lists.index, lists.windowCounts[0], w.sink, rowCuts, shape, target);
    }
    arena.release(mark);
    // only now: the rows of this step must not replace what its own queries read
    keepWindow(state, kv, s, rows, windowSize);
  }
  return out;
}

/** The list of each row of a sequence: window rows, oldest first, then its selected entries. */
function attentionLists(
  ctx: StepContext,
  s: StepSequence,
  held: number,
  selected: readonly Int32Array[],
  rowOf: (entry: number, place: number) => number,
): AttentionLists {
  const { windowSize } = ctx.config;
  const { arena } = ctx.kernels;
  const starts = arena.ints(s.count + 1);
  const windowCounts = arena.ints(s.count);
  starts[0] = 0;
  for (let i = 0; i < s.count; i++) {
    windowCounts[i] = Math.min(held + i + 1, windowSize);
    starts[i + 1] = starts[i] + windowCounts[i] + selected[s.from + i].length;
  }
  const index = arena.ints(starts[s.count]);
  const entriesFrom = held + s.count;
  for (let i = 0; i < s.count; i++) {
    let at = starts[i];
    const last = held + i;
    for (let row = last - windowCounts[i] + 1; row <= last; row++) index[at++] = windowRow(ctx, s, held, row);
    const entries = selected[s.from + i];
    for (let j = 0; j < entries.length; j++) index[at++] = entriesFrom + rowOf(entries[j], j);
  }
  return { index, starts, windowCounts };
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

/** The entries that any row of the sequence attends to, each once, ascending: only these are decoded. */
function gatherEntries(
  selected: readonly Int32Array[],
  s: StepSequence,
): { readonly numbers: Int32Array; readonly rowOf: (entry: number, place: number) => number } {
  if (s.count === 1) return { numbers: selected[s.from], rowOf: (_entry, place) => place };
  const lists = selected.slice(s.from, s.from + s.count);
  const longest = lists.reduce((all, list) => (list.length > all.length ? list : all), lists[0]);
  // lists that are prefixes of one another (window layers, all visible entries) need no set
  if (lists.every((list) => list.every((entry, i) => entry === i)))
    return { numbers: longest, rowOf: (entry) => entry };
  const numbers = Int32Array.from(new Set(lists.flatMap((list) => [...list]))).sort();
  const rows = new Map(Array.from(numbers, (entry, row) => [entry, row]));
  return { numbers, rowOf: (entry) => rows.get(entry)! };
}

/** Rows to attend to: the window before this step (oldest first), this step's rows, then the gathered entries. */
function rowSources(
  ctx: StepContext,
  { ring, entries }: LayerState,
  s: StepSequence,
  kv: Float32Array,
  held: number,
  numbers: Int32Array,
): RowSource[] {
  const oldest = s.start - held;
  const sources: RowSource[] = [
    ring.audited
      ? {
          kind: 'records',
          count: held,
          read: (i, out, at) => ring.read(oldest + i, out, at, wantedTag(s, oldest + i, oldest + i)),
        }
      : ring.source(oldest, held),
    { kind: 'floats', data: kv, from: s.from, count: s.count },
  ];
  if (entries !== null && !entries.audited) {
    sources.push(...entries.sources(numbers));
    ctx.counters.entriesRead += numbers.length;
  } else if (entries !== null) {
    const { ratio } = entries.section;
    sources.push({
      kind: 'records',
      count: numbers.length,
      read: (i, out, at) => {
        const e = numbers[i];
        entries.read(e, out, at, wantedTag(s, e * ratio, (e + 1) * ratio - 1));
      },
    });
    ctx.counters.entriesRead += numbers.length;
  }
  return sources;
}

/** Row number of a window position; `at` counts from the oldest row held. */
function windowRow(ctx: StepContext, s: StepSequence, held: number, at: number): number {
  const position = s.start - held + at;
  return ctx.parts.rules.windowPosition(position, s, ctx.config.windowSize) - (s.start - held);
}

/** The last windowSize records of the step go to the ring. */
function keepWindow({ ring }: LayerState, kv: StepKeyValues, s: StepSequence, rows: number, windowSize: number): void {
  for (let i = Math.max(0, s.count - windowSize); i < s.count; i++) {
    const position = s.start + i;
    ring.keep(position, kv.page, rows, s.from + i, tagOf(s, position, position), s.state.journal);
  }
}

/** Grouped output projection: each group of heads through its own low-rank matrix, then all through wo_b. */
function projectOutput(ctx: StepContext, w: AttentionWeights, out: Float32Array, rows: number): Float32Array {
  const { heads, headDim, oGroups, oLoraRank } = ctx.config;
  const inner = (heads * headDim) / oGroups;
  const { kernels } = ctx;
  const width = oGroups * oLoraRank;
  const u = kernels.arena.floats(rows * width);
  w.woA.forEach(({ matrix }, g) => {
    const x = out.subarray(g * inner);
    kernels.matmul(x, rows, matrix, u.subarray(g * oLoraRank), inner, heads * headDim, width);
  });
  toStored(ctx, u);
  return linear(ctx, w.woB, u, rows);
}
