/**
 * The kernels whose speed matters, behind one interface with two implementations that return the same bytes:
 * `reference` (plain loops, the definition) and `wasm` (SIMD128).
 *
 * The order of float32 operations is part of the interface:
 * - `matmul`: y[n] = sum over blocks ascending of (sum over k in the block, ascending); multiply, then add, each rounded.
 * - `rowDots`: four lanes, lane i sums k = i, i + 4, ... ascending; result (l0 + l1) + (l2 + l3).
 * - `weightedRows`: acc * alpha first, then + p[j] * row[j] for j ascending.
 * A result never depends on how many rows a call has.
 * Source: specification of performance, section 2 (the reduction contract).
 * @module
 */

/** A weight matrix [out, in] in an implementation's own layout. */
export interface PackedMatrix {
  readonly out: number;
  readonly in: number;
}

/** Rows that attention reads: [count, width] f32. Valid until the next `loadRows` of the same kernels. */
export interface RowSet {
  readonly count: number;
  readonly width: number;
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
    };

export interface Kernels {
  readonly kind: 'wasm' | 'reference';
  /** @param weights - [out, in] f32, row-major; copied */
  packMatrix(weights: Float32Array, shape: { out: number; in: number }): PackedMatrix;
  /**
   * @param x - [rows, in] f32
   * @param y - [rows, out] f32, written
   * @param kBlock - length of a k-block; `w.in` (or more) gives the plain ascending sum
   */
  matmul(x: Float32Array, rows: number, w: PackedMatrix, y: Float32Array, kBlock: number): void;
  /** Puts rows of width d (a multiple of 4) one after the other, to be read by index. */
  loadRows(sources: readonly RowSource[], width: number): RowSet;
  /**
   * @param q - [heads, width] f32
   * @param scores - [heads, count] f32, written
   */
  rowDots(q: Float32Array, heads: number, rows: RowSet, index: Int32Array, scores: Float32Array): void;
  /**
   * @param p - [heads, index.length] f32
   * @param alpha - [heads] f32
   * @param acc - [heads, width] f32, updated
   */
  weightedRows(
    p: Float32Array,
    alpha: Float32Array,
    heads: number,
    rows: RowSet,
    index: Int32Array,
    acc: Float32Array,
  ): void;
}
