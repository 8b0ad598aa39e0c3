/**
 * The plain twin of the hot kernels: it defines the bits. Read this to know what an engine result is.
 * @module
 */
import type { Kernels, PackedMatrix, RowSet, RowSource } from '../kernels.ts';

const f32 = Math.fround;

interface PlainMatrix extends PackedMatrix {
  readonly weights: Float32Array;
}

interface PlainRows extends RowSet {
  readonly data: Float32Array;
}

/** Four lanes, lane i sums k = i, i + 4, ... ascending; then (l0 + l1) + (l2 + l3). */
function dot4(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, width: number): number {
  const lanes = [0, 0, 0, 0];
  for (let k = 0; k < width; k++) lanes[k % 4] = f32(lanes[k % 4] + f32(a[aFrom + k] * b[bFrom + k]));
  return f32(f32(lanes[0] + lanes[1]) + f32(lanes[2] + lanes[3]));
}

export function createReferenceKernels(): Kernels {
  return { kind: 'reference', packMatrix, matmul, loadRows, rowDots, weightedRows };
}

function packMatrix(weights: Float32Array, shape: { out: number; in: number }): PlainMatrix {
  return { ...shape, weights: weights.slice() };
}

function matmul(x: Float32Array, rows: number, w: PackedMatrix, y: Float32Array, kBlock: number): void {
  const { weights } = w as PlainMatrix;
  for (let r = 0; r < rows; r++)
    for (let n = 0; n < w.out; n++) {
      let total = 0;
      for (let from = 0; from < w.in; from += kBlock) {
        let sum = 0;
        for (let k = from; k < Math.min(from + kBlock, w.in); k++)
          sum = f32(sum + f32(x[r * w.in + k] * weights[n * w.in + k]));
        total = f32(total + sum);
      }
      y[r * w.out + n] = total;
    }
}

function loadRows(sources: readonly RowSource[], width: number): PlainRows {
  const count = sources.reduce((sum, s) => sum + s.count, 0);
  const data = new Float32Array(count * width);
  let at = 0;
  for (const source of sources) {
    if (source.kind === 'floats')
      data.set(source.data.subarray(source.from * width, (source.from + source.count) * width), at);
    else for (let i = 0; i < source.count; i++) source.read(i, data, at + i * width);
    at += source.count * width;
  }
  return { count, width, data };
}

function rowDots(q: Float32Array, heads: number, rows: RowSet, index: Int32Array, scores: Float32Array): void {
  const { data, width } = rows as PlainRows;
  for (let h = 0; h < heads; h++)
    index.forEach((row, j) => {
      scores[h * index.length + j] = dot4(q, h * width, data, row * width, width);
    });
}

function weightedRows(
  p: Float32Array,
  alpha: Float32Array,
  heads: number,
  rows: RowSet,
  index: Int32Array,
  acc: Float32Array,
): void {
  const { data, width } = rows as PlainRows;
  for (let h = 0; h < heads; h++)
    for (let c = 0; c < width; c++) {
      let sum = f32(acc[h * width + c] * alpha[h]);
      for (let j = 0; j < index.length; j++) sum = f32(sum + f32(p[h * index.length + j] * data[index[j] * width + c]));
      acc[h * width + c] = sum;
    }
}
