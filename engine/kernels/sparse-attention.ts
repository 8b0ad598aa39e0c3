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
import { exp64, expF32, log64, roundBf16InPlace } from '../formats/index.ts';
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

interface SplitState {
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
 * @param out - [heads, width] f32, written from `outFrom`
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
  outFrom: number,
): void {
  const blocks = blockRanges(index.length, windowCount, shape.keyBlock);
  const size = shape.heads * shape.width;
  if (blocks.length === 0) {
    out.fill(0, outFrom, outFrom + size);
    return;
  }
  const edges = [0, ...cuts.filter((c) => c > 0 && c < blocks.length), blocks.length];
  const partials: SplitState[] = [];
  for (let s = 0; s + 1 < edges.length; s++)
    partials.push(attendBlocks(kernels, q, rows, index, blocks.slice(edges[s], edges[s + 1]), shape));
  if (partials.length === 1) finishWhole(partials[0], sink, shape, out, outFrom);
  else combineSplits(partials, sink, shape, out, outFrom);
}

function blockRanges(count: number, windowCount: number, keyBlock: number): [number, number][] {
  const out: [number, number][] = [];
  for (let from = 0; from < windowCount; from += keyBlock) out.push([from, Math.min(from + keyBlock, windowCount)]);
  for (let from = windowCount; from < count; from += keyBlock) out.push([from, Math.min(from + keyBlock, count)]);
  return out;
}

/** Online softmax over some blocks: running maximum, earlier sums rescaled by exp(old maximum - new maximum). */
function attendBlocks(
  kernels: Kernels,
  q: Float32Array,
  rows: RowSet,
  index: Int32Array,
  blocks: readonly [number, number][],
  shape: AttentionShape,
): SplitState {
  const { heads, width } = shape;
  const scale = f32(shape.scale);
  const acc = new Float32Array(heads * width);
  const max = new Float32Array(heads).fill(Number.NEGATIVE_INFINITY);
  const sum = new Float32Array(heads);
  const alpha = new Float32Array(heads);
  for (const [from, to] of blocks) {
    const part = index.subarray(from, to);
    const n = part.length;
    const p = new Float32Array(heads * n);
    kernels.rowDots(q, heads, rows, part, p);
    for (let h = 0; h < heads; h++) {
      let m = max[h];
      for (let j = h * n; j < (h + 1) * n; j++) {
        const z = f32(p[j] * scale);
        p[j] = z;
        if (z > m) m = z;
      }
      const rescale = expF32(f32(max[h] - m));
      let s = f32(sum[h] * rescale);
      for (let j = h * n; j < (h + 1) * n; j++) {
        const weight = expF32(f32(p[j] - m));
        p[j] = weight;
        s = f32(s + weight);
      }
      alpha[h] = rescale;
      max[h] = m;
      sum[h] = s;
    }
    if (shape.roundWeights) roundBf16InPlace(p);
    kernels.weightedRows(p, alpha, heads, rows, part, acc);
  }
  return { acc, max, sum };
}

function finishWhole(
  part: SplitState,
  sink: Float32Array,
  shape: AttentionShape,
  out: Float32Array,
  outFrom: number,
): void {
  const { heads, width } = shape;
  for (let h = 0; h < heads; h++) {
    const total = f32(part.sum[h] + expF32(f32(sink[h] - part.max[h])));
    for (let c = h * width; c < (h + 1) * width; c++) out[outFrom + c] = f32(part.acc[c] / total);
  }
}

/** Each split normalised by its own sum, then weighted by 2^(l - g) in ascending split order; the sink enters g. */
function combineSplits(
  parts: readonly SplitState[],
  sink: Float32Array,
  shape: AttentionShape,
  out: Float32Array,
  outFrom: number,
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
      out[outFrom + c] = sum;
    }
  }
}

/** 2^x, rounded once to float32. */
function pow2(x: number): number {
  return f32(exp64(x * LN2));
}
