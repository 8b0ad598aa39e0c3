/**
 * One token's attention over a list of rows: K = V = one shared row per entry, a sink per head, online softmax over key blocks.
 *
 * Canonical order: window entries ascending by position, then compressed entries ascending by index; each of the two lists is
 * cut into key blocks of its own, so that the cut does not depend on padding or on how the prompt was chunked.
 * A split policy may cut the blocks into ranges that are computed apart and combined in split order, as FlashMLA does; one
 * range takes the other path, with the sink folded in directly (a different rounding path, as in the real kernel).
 * Source: specification sections 6.3 to 6.5 and 11.2. An entry list that is empty gives 0.
 * @module
 */
import { exp64, log64 } from '../formats/index.ts';
import { zeros } from './arena.ts';
import type { Kernels, RowSet } from './kernels.ts';

const f32 = Math.fround;
const LOG2E = f32(1.4426950408889634);
const LN2 = 0.6931471805599453;

export interface AttentionShape {
  readonly heads: number;
  readonly width: number;
  /** Softmax scale: width^-0.5. */
  readonly scale: number;
  /** Keys per block. */
  readonly keyBlock: number;
  /** Round the attention weights to bf16 for the product with the values (the denominator keeps them unrounded). */
  readonly roundWeights: boolean;
}

/** Where the list is cut: block numbers at which a new split begins, ascending, without 0. [] = one split. */
export type SplitCuts = readonly number[];

/** How many key blocks a list makes: window and compressed entries never share a block. */
export function keyBlocks(windowCount: number, compressedCount: number, keyBlock: number): number {
  return Math.ceil(windowCount / keyBlock) + Math.ceil(compressedCount / keyBlock);
}

/** Which rows each of several tokens attends to: rows of the window, then of the compressed entries. */
export interface AttentionLists {
  readonly index: Int32Array;
  /** [tokens + 1]: token t's list is index[starts[t] .. starts[t + 1]) */
  readonly starts: Int32Array;
  /** [tokens]: how many of a list are window entries */
  readonly windowCounts: Int32Array;
}

/** The running state of an online softmax. */
export interface AttentionState {
  /** [heads, width], not divided by the sum */
  readonly acc: Float32Array;
  /** [heads] */
  readonly max: Float32Array;
  readonly sum: Float32Array;
}

/**
 * @param q - [heads, width] f32
 * @param index - rows of the window entries, then of the compressed entries
 * @param windowCount - how many of `index` are window entries
 * @param sink - [heads] f32
 * @param out - [heads, width] f32, written
 */
export function attendToken(
  kernels: Kernels,
  q: Float32Array,
  rows: RowSet,
  index: Int32Array,
  windowCount: number,
  sink: Float32Array,
  cuts: SplitCuts,
  shape: AttentionShape,
  out: Float32Array,
): void {
  const { heads, width, keyBlock } = shape;
  const { arena } = kernels;
  const blocks = keyBlocks(windowCount, index.length - windowCount, keyBlock);
  if (blocks === 0) {
    out.fill(0);
    return;
  }
  const mark = arena.mark();
  const attend = (first: number, last: number): AttentionState => {
    const state = {
      acc: zeros(arena, heads * width),
      max: arena.floats(heads).fill(Number.NEGATIVE_INFINITY),
      sum: zeros(arena, heads),
    };
    kernels.attendBlocks(q, rows, index, windowCount, first, last, shape, state);
    return state;
  };
  const edges = cuts.filter((c) => c > 0 && c < blocks);
  if (edges.length === 0) kernels.finishAttention(attend(0, blocks), sink, shape, out);
  else {
    const states = [...edges, blocks].map((last, s) => attend(s === 0 ? 0 : edges[s - 1], last));
    combineSplits(states, sink, shape, out);
  }
  arena.release(mark);
}

/** The list places [from, to) of a key block. */
export function blockRange(block: number, windowCount: number, count: number, keyBlock: number): [number, number] {
  const windowBlocks = Math.ceil(windowCount / keyBlock);
  if (block < windowBlocks) return [block * keyBlock, Math.min((block + 1) * keyBlock, windowCount)];
  const from = windowCount + (block - windowBlocks) * keyBlock;
  return [from, Math.min(from + keyBlock, count)];
}

/** Each split normalised by its own sum, then weighted by 2^(l - g) in ascending split order; the sink enters g. */
function combineSplits(
  parts: readonly AttentionState[],
  sink: Float32Array,
  shape: AttentionShape,
  out: Float32Array,
): void {
  const { heads, width } = shape;
  const weights = new Float32Array(parts.length);
  for (let h = 0; h < heads; h++) {
    const lse = parts.map((p) => f32(f32(log64(p.sum[h]) / LN2) + f32(p.max[h] * LOG2E)));
    const top = lse.reduce((a, b) => (b > a ? b : a));
    let total = 0;
    for (const l of lse) total = f32(total + pow2(f32(l - top)));
    let g = f32(f32(log64(total) / LN2) + top);
    g = f32(g + f32(log64(1 + exp64(f32(f32(sink[h] * LOG2E) - g) * LN2)) / LN2));
    lse.forEach((l, s) => {
      weights[s] = pow2(f32(l - g));
    });
    for (let c = h * width; c < (h + 1) * width; c++) {
      let sum = 0;
      for (let s = 0; s < parts.length; s++) {
        const own = f32(parts[s].acc[c] / parts[s].sum[h]);
        sum = f32(sum + f32(weights[s] * own));
      }
      out[c] = sum;
    }
  }
}

/** 2^x, rounded once to float32. */
function pow2(x: number): number {
  return f32(exp64(x * LN2));
}
