/**
 * The kernels, behind one interface with two implementations that return the same bytes:
 * `reference` (plain loops, the definition) and `wasm` (SIMD128).
 *
 * The order of float32 operations is part of the interface. A result never depends on how many rows a call has.
 * Arrays may lie anywhere; those of `arena` and `resident` are used where they are, others are copied in and out.
 * Source: specification of performance, section 2 (the reduction contract).
 * @module
 */
import type { PageEntries } from '../formats/index.ts';
import type { Arena } from './arena.ts';
import type { RecordMemory } from './record-memory.ts';
import type { NormShape } from './rms-norm.ts';
import type { MixShape } from './sinkhorn.ts';
import type { SharedMemory } from './wasm/kernels.ts';
import type { AttentionLists, AttentionShape, AttentionState } from './sparse-attention.ts';

/** A weight matrix [out, in] in an implementation's own layout. Plain data: it can be sent to another thread. */
export interface PackedMatrix {
  readonly out: number;
  readonly in: number;
}

/** Rows that attention reads: [count, width] f32, in the arena. */
export interface RowSet {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** Rows that lie as floats, or that are decoded from records as they are loaded. */
export type RowSource =
  | {
      readonly kind: 'floats';
      readonly data: Float32Array;
      /** First row and number of rows taken from `data`. */
      readonly from: number;
      readonly count: number;
    }
  | {
      readonly kind: 'records';
      readonly count: number;
      /** Decodes record `i` of the source to out[at .. at + width). */
      readonly read: (i: number, out: Float32Array, at: number) => void;
    }
  | PageEntries;

/** Decodes a page's entries one by one: what the kernels' way must equal. */
export function readPage({ format, page, entries, index }: PageEntries, out: Float32Array, at: number): void {
  index.forEach((entry, i) => format.readEntry(page, entries, entry, out, at + i * format.dims));
}

/** cos and sin by position: [positions, dim / 2] each. */
export interface RotationTable {
  readonly half: number;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** Which vectors of an array are rotated: `vectors` in each row, `stride` floats apart, the first at `from`. */
export interface Vectors {
  readonly from: number;
  readonly vectors: number;
  readonly stride: number;
}

export interface Kernels {
  readonly kind: 'wasm' | 'reference';
  readonly arena: Arena;
  /** What a thread needs to use this memory (`createKernels`); null where there is none to share. */
  share(): SharedMemory | null;
  /** This thread's view of a resident array that another thread made in the same memory. */
  here(x: Float32Array): Float32Array;
  /** The same numbers where the kernels read them without a copy, kept as long as the kernels. */
  resident(x: Float32Array): Float32Array;
  /** Bytes for the records of one owner, where they are decoded without a copy. */
  recordMemory(): RecordMemory;

  /** @param weights - [out, in] f32, row-major; copied */
  packMatrix(weights: Float32Array, shape: { out: number; in: number }): PackedMatrix;
  /**
   * y[n] = sum over blocks ascending of (sum over k in the block, ascending); multiply, then add, each rounded.
   *
   * @param x - [rows, in] f32
   * @param y - [rows, out] f32, written
   * @param kBlock - length of a k-block; `w.in` (or more) gives the plain ascending sum
   * @param xStride - floats between rows of x; default w.in
   * @param yStride - floats between rows of y; default w.out
   */
  matmul(
    x: Float32Array,
    rows: number,
    w: PackedMatrix,
    y: Float32Array,
    kBlock: number,
    xStride?: number,
    yStride?: number,
  ): void;

  /** See `rms-norm.ts`. @param weight - [width], or null; `out` may be x */
  rmsNorm(x: Float32Array, weight: Float32Array | null, out: Float32Array, shape: NormShape): void;
  /** @param out - [rows]: 1 / sqrt(mean(x[r]^2) + eps) */
  inverseRms(x: Float32Array, out: Float32Array, shape: NormShape): void;
  /** x[r] = x[r] * scales[r] */
  scaleRows(x: Float32Array, scales: Float32Array, rows: number, width: number): void;

  /** x[r] = x[r] + table[index[r]]; width is a multiple of 4. @param index - one per row */
  addRows(x: Float32Array, table: Float32Array, index: Int32Array, width: number): void;

  /** out[i] = e^x[i], correctly rounded; `out` may be x. */
  exp(x: Float32Array, out: Float32Array): void;
  /** Rounds to bf16 values in place. */
  roundBf16(x: Float32Array): void;
  /** e4m3 with a power-of-two scale per group, in place (`formats/fake-quant.ts`). @throws RangeError on NaN or infinity */
  quantiseFp8(x: Float32Array, group: number): void;
  /** e2m1 with a power-of-two scale per group, in place. @throws RangeError on NaN or infinity */
  quantiseFp4(x: Float32Array, group: number): void;
  /** Place of the first NaN or infinity, or -1. */
  firstNonFinite(x: Float32Array): number;

  /** See `hadamard.ts`. */
  hadamard(x: Float32Array, rows: number, width: number): void;
  /** Rotary embedding in place. @param positions - [rows], each within the table */
  rotate(x: Float32Array, at: Vectors, positions: Int32Array, table: RotationTable, inverse: boolean): void;

  /** See `channel-pool.ts`. @param slots - offsets of the slots; channels is a multiple of 4 */
  poolChannels(
    values: Float32Array,
    scores: Float32Array,
    slots: Int32Array,
    channels: number,
    out: Float32Array,
  ): void;

  /** Puts rows of width d (a multiple of 4) one after the other, to be read by index. */
  loadRows(sources: readonly RowSource[], width: number): RowSet;
  /**
   * Dot products in four lanes: lane i sums k = i, i + 4, ... ascending; result (l0 + l1) + (l2 + l3).
   *
   * @param q - [heads, width] f32
   * @param scores - [heads, index.length] f32, written
   */
  rowDots(q: Float32Array, heads: number, rows: RowSet, index: Int32Array, scores: Float32Array): void;
  /**
   * scores[s] = sum over heads ascending of weights[h] * max(0, dots[h, s]).
   *
   * @param dots - [heads, count] f32
   * @param rounded - round every step to bf16
   */
  weighHeads(dots: Float32Array, weights: Float32Array, count: number, rounded: boolean, scores: Float32Array): void;
  /**
   * Takes key blocks first .. last of a list into the state of an online softmax (`sparse-attention.ts`).
   *
   * @param q - [heads, width] f32
   * @param index - row numbers, the window's first
   */
  attendBlocks(
    q: Float32Array,
    rows: RowSet,
    index: Int32Array,
    windowCount: number,
    first: number,
    last: number,
    shape: AttentionShape,
    state: AttentionState,
  ): void;
  /**
   * The whole attention of several tokens, each over a list of its own, in one split: `attendBlocks` over all blocks, then
   * `finishAttention`; zeros for an empty list.
   *
   * @param q - [tokens, heads, width] f32
   * @param out - as q, written
   */
  attendRows(
    q: Float32Array,
    rows: RowSet,
    lists: AttentionLists,
    sink: Float32Array,
    shape: AttentionShape,
    out: Float32Array,
  ): void;
  /** out = acc / (sum + e^(sink - max)) per head. @param out - [heads, width] */
  finishAttention(state: AttentionState, sink: Float32Array, shape: AttentionShape, out: Float32Array): void;

  /**
   * Coefficients of the hyper-connections (`sinkhorn.ts`).
   *
   * @param mixes - [rows, (2 + n) * n]
   * @param out - [rows, (2 + n) * n]: pre [n], post [n], comb [n, n]
   */
  sinkhornMix(
    mixes: Float32Array,
    scale: Float32Array,
    base: Float32Array,
    rows: number,
    shape: MixShape,
    out: Float32Array,
  ): void;
  /** out[r, j] = sigmoid(mixes[r, j] * scale + base[j]) + eps: coefficients before a head. */
  sigmoidMix(
    mixes: Float32Array,
    scale: number,
    base: Float32Array,
    rows: number,
    eps: number,
    out: Float32Array,
  ): void;
  /**
   * y[r] = sum over streams j ascending of pre[r, j] * streams[r, j].
   *
   * @param pre - rows of coefficients, `preStride` apart
   * @param y - [rows, width] f32, written; width is a multiple of 4
   */
  collapse(
    streams: Float32Array,
    pre: Float32Array,
    preStride: number,
    rows: number,
    n: number,
    width: number,
    y: Float32Array,
  ): void;
  /** out[r, k] = post[r, k] * output[r] + (sum over j ascending of comb[r, j, k] * streams[r, j]); mixes from `sinkhornMix`. */
  spread(
    output: Float32Array,
    streams: Float32Array,
    mixes: Float32Array,
    rows: number,
    n: number,
    width: number,
    out: Float32Array,
  ): void;

  /** gate = silu(min(gate, bound)) * clamp(up, bound) * weights[r], in place; null = all 1. width is a multiple of 4. */
  swiglu(
    gate: Float32Array,
    up: Float32Array,
    weights: Float32Array | null,
    rows: number,
    width: number,
    bound: number,
  ): void;
  /** out[r] = sum of x[index[r, i]], i ascending; a negative index is left out. */
  sumRows(x: Float32Array, index: Int32Array, rows: number, width: number, out: Float32Array): void;

  /** Threads that share a large call now, this one included: helpers join when they have started. */
  readonly readyThreads: number;
  /** Ends the helper threads, if there are any. The kernels work on, on this thread alone. */
  close(): void;
}
