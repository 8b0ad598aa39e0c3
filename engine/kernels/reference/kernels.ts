/**
 * The plain twin of the kernels: it defines the bits. Read this to know what an engine result is.
 * @module
 */
import { expF32, fakeQuantFp4Mx, fakeQuantFp8, roundBf16, roundBf16InPlace, sigmoidF32 } from '../../formats/index.ts';
import { plainArena } from '../arena.ts';
import { plainRecordMemory } from '../record-memory.ts';
import { poolChannels } from '../channel-pool.ts';
import { hadamard } from '../hadamard.ts';
import { readPage } from '../kernels.ts';
import type { Kernels, PackedMatrix, RotationTable, RowSet, RowSource, Vectors } from '../kernels.ts';
import { inverseRms, rmsNorm } from '../rms-norm.ts';
import { sinkhornMix } from '../sinkhorn.ts';
import type { MixShape } from '../sinkhorn.ts';
import { blockRange, keyBlocks } from '../sparse-attention.ts';
import type { AttentionLists, AttentionShape, AttentionState } from '../sparse-attention.ts';

const f32 = Math.fround;

interface PlainMatrix extends PackedMatrix {
  readonly weights: Float32Array;
}

/** Four lanes, lane i sums k = i, i + 4, ... ascending; then (l0 + l1) + (l2 + l3). */
function dot4(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, width: number): number {
  const lanes = [0, 0, 0, 0];
  for (let k = 0; k < width; k++) lanes[k % 4] = f32(lanes[k % 4] + f32(a[aFrom + k] * b[bFrom + k]));
  return f32(f32(lanes[0] + lanes[1]) + f32(lanes[2] + lanes[3]));
}

export function createReferenceKernels(): Kernels {
  return {
    kind: 'reference',
    arena: plainArena,
    share: () => null,
    here: (x) => x,
    resident: (x) => x.slice(),
    packMatrix,
    matmul,
    rmsNorm,
    inverseRms: (x, out, { rows, width, eps }) => {
      for (let r = 0; r < rows; r++) out[r] = inverseRms(x, r * width, width, eps);
    },
    scaleRows(x, scales, rows, width) {
      for (let i = 0; i < rows * width; i++) x[i] = f32(x[i] * scales[Math.floor(i / width)]);
    },
    addRows(x, table, index, width) {
      index.forEach((row, r) => {
        for (let i = 0; i < width; i++) x[r * width + i] = f32(x[r * width + i] + table[row * width + i]);
      });
    },
    exp(x, out) {
      for (let i = 0; i < x.length; i++) out[i] = expF32(x[i]);
    },
    roundBf16: (x) => roundBf16InPlace(x),
    quantiseFp8: (x, group) => fakeQuantFp8(x, 0, x.length, group),
    quantiseFp4: (x, group) => fakeQuantFp4Mx(x, 0, x.length, group),
    firstNonFinite: (x) => x.findIndex((v) => !Number.isFinite(v)),
    hadamard,
    rotate,
    poolChannels,
    loadRows,
    rowDots,
    weighHeads,
    attendBlocks,
    attendRows,
    finishAttention,
    sinkhornMix: mixRows,
    sigmoidMix(mixes, scale, base, rows, eps, out) {
      for (let i = 0; i < rows * base.length; i++)
        out[i] = f32(sigmoidF32(f32(f32(mixes[i] * f32(scale)) + base[i % base.length])) + f32(eps));
    },
    collapse(streams, pre, preStride, rows, n, width, y) {
      for (let r = 0; r < rows; r++)
        for (let d = 0; d < width; d++) {
          let sum = 0;
          for (let j = 0; j < n; j++) sum = f32(sum + f32(pre[r * preStride + j] * streams[(r * n + j) * width + d]));
          y[r * width + d] = sum;
        }
    },
    spread,
    swiglu(gate, up, weights, rows, width, bound) {
      const most = f32(bound);
      for (let i = 0; i < rows * width; i++) {
        const g = Math.min(gate[i], most);
        const u = Math.max(-most, Math.min(most, up[i]));
        const z = f32(f32(g * sigmoidF32(g)) * u);
        gate[i] = weights === null ? z : f32(z * weights[Math.floor(i / width)]);
      }
    },
    sumRows(x, index, rows, width, out) {
      const per = index.length / rows;
      for (let r = 0; r < rows; r++)
        for (let d = 0; d < width; d++) {
          let sum = 0;
          for (const row of index.subarray(r * per, (r + 1) * per)) if (row >= 0) sum = f32(sum + x[row * width + d]);
          out[r * width + d] = sum;
        }
    },

    recordMemory: () => plainRecordMemory,
    readyThreads: 1,
    close() {},
  };
}

function packMatrix(weights: Float32Array, shape: { out: number; in: number }): PlainMatrix {
  return { ...shape, weights: weights.slice() };
}

function matmul(
  x: Float32Array,
  rows: number,
  w: PackedMatrix,
  y: Float32Array,
  kBlock: number,
  xStride = w.in,
  yStride = w.out,
): void {
  const { weights } = w as PlainMatrix;
  for (let r = 0; r < rows; r++)
    for (let n = 0; n < w.out; n++) {
      let total = 0;
      for (let from = 0; from < w.in; from += kBlock) {
        let sum = 0;
        for (let k = from; k < Math.min(from + kBlock, w.in); k++)
          sum = f32(sum + f32(x[r * xStride + k] * weights[n * w.in + k]));
        total = f32(total + sum);
      }
      y[r * yStride + n] = total;
    }
}

function rotate(
  x: Float32Array,
  { from, vectors, stride }: Vectors,
  positions: Int32Array,
  { half, cosines, sines }: RotationTable,
  inverse: boolean,
): void {
  positions.forEach((position, row) => {
    for (let v = 0; v < vectors; v++)
      for (let i = 0; i < half; i++) {
        const at = from + (row * vectors + v) * stride + 2 * i;
        const c = cosines[position * half + i];
        const s = inverse ? -sines[position * half + i] : sines[position * half + i];
        const [re, im] = [x[at], x[at + 1]];
        x[at] = f32(f32(re * c) - f32(im * s));
        x[at + 1] = f32(f32(re * s) + f32(im * c));
      }
  });
}

function loadRows(sources: readonly RowSource[], width: number): RowSet {
  const count = sources.reduce((sum, s) => sum + s.count, 0);
  const data = new Float32Array(count * width);
  let at = 0;
  for (const source of sources) {
    if (source.kind === 'floats')
      data.set(source.data.subarray(source.from * width, (source.from + source.count) * width), at);
    else if (source.kind === 'records') for (let i = 0; i < source.count; i++) source.read(i, data, at + i * width);
    else readPage(source, data, at);
    at += source.count * width;
  }
  return { count, width, data };
}

function rowDots(q: Float32Array, heads: number, rows: RowSet, index: Int32Array, scores: Float32Array): void {
  const { data, width } = rows;
  for (let h = 0; h < heads; h++)
    index.forEach((row, j) => {
      scores[h * index.length + j] = dot4(q, h * width, data, row * width, width);
    });
}

function weighHeads(
  dots: Float32Array,
  weights: Float32Array,
  count: number,
  rounded: boolean,
  scores: Float32Array,
): void {
  const stored = rounded ? roundBf16 : (x: number): number => x;
  for (let s = 0; s < count; s++) {
    let sum = 0;
    weights.forEach((weight, h) => {
      const dot = stored(dots[h * count + s]);
      const term = stored(f32(weight * (dot > 0 ? dot : 0)));
      sum = f32(sum + term);
    });
    scores[s] = stored(sum);
  }
}

/** acc[h] * alpha[h] first, then + p[h, j] * row[j] for j ascending. */
function weightedRows(p: Float32Array, alpha: Float32Array, rows: RowSet, index: Int32Array, acc: Float32Array): void {
  const { data, width } = rows;
  for (let h = 0; h < alpha.length; h++)
    for (let c = 0; c < width; c++) {
      let sum = f32(acc[h * width + c] * alpha[h]);
      for (let j = 0; j < index.length; j++) sum = f32(sum + f32(p[h * index.length + j] * data[index[j] * width + c]));
      acc[h * width + c] = sum;
    }
}

/** Online softmax: running maximum, earlier sums rescaled by exp(old maximum - new maximum). */
function attendBlocks(
  q: Float32Array,
  rows: RowSet,
  index: Int32Array,
  windowCount: number,
  first: number,
  last: number,
  shape: AttentionShape,
  { acc, max, sum }: AttentionState,
): void {
  const { heads } = shape;
  const scale = f32(shape.scale);
  const alpha = new Float32Array(heads);
  for (let block = first; block < last; block++) {
    const part = index.subarray(...blockRange(block, windowCount, index.length, shape.keyBlock));
    const n = part.length;
    const p = new Float32Array(heads * n);
    rowDots(q, heads, rows, part, p);
    for (let h = 0; h < heads; h++) {
      let m = max[h];
      for (let j = h * n; j < (h + 1) * n; j++) {
        const z = f32(p[j] * scale);
        p[j] = z;
        if (z > m) m = z;
      }
      alpha[h] = expF32(f32(max[h] - m));
      let s = f32(sum[h] * alpha[h]);
      for (let j = h * n; j < (h + 1) * n; j++) {
        p[j] = expF32(f32(p[j] - m));
        s = f32(s + p[j]);
      }
      max[h] = m;
      sum[h] = s;
    }
    if (shape.roundWeights) roundBf16InPlace(p);
    weightedRows(p, alpha, rows, part, acc);
  }
}

function finishAttention(
  { acc, max, sum }: AttentionState,
  sink: Float32Array,
  { heads, width }: AttentionShape,
  out: Float32Array,
): void {
  for (let h = 0; h < heads; h++) {
    const total = f32(sum[h] + expF32(f32(sink[h] - max[h])));
    for (let c = h * width; c < (h + 1) * width; c++) out[c] = f32(acc[c] / total);
  }
}

function attendRows(
  q: Float32Array,
  rows: RowSet,
  { index, starts, windowCounts }: AttentionLists,
  sink: Float32Array,
  shape: AttentionShape,
  out: Float32Array,
): void {
  const { heads, width, keyBlock } = shape;
  const size = heads * width;
  windowCounts.forEach((windowCount, t) => {
    const list = index.subarray(starts[t], starts[t + 1]);
    const own = out.subarray(t * size, (t + 1) * size);
    const state = {
      acc: new Float32Array(size),
      max: new Float32Array(heads).fill(Number.NEGATIVE_INFINITY),
      sum: new Float32Array(heads),
    };
    const blocks = keyBlocks(windowCount, list.length - windowCount, keyBlock);
    if (blocks === 0) own.fill(0);
    else {
      attendBlocks(q.subarray(t * size, (t + 1) * size), rows, list, windowCount, 0, blocks, shape, state);
      finishAttention(state, sink, shape, own);
    }
  });
}

function mixRows(
  mixes: Float32Array,
  scale: Float32Array,
  base: Float32Array,
  rows: number,
  shape: MixShape,
  out: Float32Array,
): void {
  const n = shape.streams;
  const size = (2 + n) * n;
  for (let r = 0; r < rows; r++) {
    const own = out.subarray(r * size, (r + 1) * size);
    const mix = { pre: own.subarray(0, n), post: own.subarray(n, 2 * n), comb: own.subarray(2 * n) };
    sinkhornMix(mixes.subarray(r * size, (r + 1) * size), scale, base, shape, mix);
  }
}

function spread(
  output: Float32Array,
  streams: Float32Array,
  mixes: Float32Array,
  rows: number,
  n: number,
  width: number,
  out: Float32Array,
): void {
  for (let r = 0; r < rows; r++) {
    const post = r * (2 + n) * n + n;
    const comb = post + n;
    for (let k = 0; k < n; k++)
      for (let d = 0; d < width; d++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum = f32(sum + f32(mixes[comb + j * n + k] * streams[(r * n + j) * width + d]));
        out[(r * n + k) * width + d] = f32(f32(mixes[post + k] * output[r * width + d]) + sum);
      }
  }
}
