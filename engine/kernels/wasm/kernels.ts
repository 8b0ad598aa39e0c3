/**
 * The kernels on WebAssembly SIMD128: same bytes as the plain twin, much faster.
 *
 * Arrays that lie in the kernels' memory are used where they are. Others are copied to the arena for the length of a call.
 * @module
 */
import { threadExecutor } from '../../parallel/index.ts';
import type { ModuleFunctions } from '../../parallel/index.ts';
import { readPage } from '../kernels.ts';
import type { Kernels, PackedMatrix, RowSet, RowSource } from '../kernels.ts';
import { Borrowed } from './borrowed.ts';
import { HeapArena, SharedHeap } from './heap.ts';
import { adoptModule, instantiateKernels, kernelsModule } from './module.ts';
import { RecordStore } from './record-store.ts';
import { decodePage } from './records.ts';

/** `at` is a byte offset in the kernels' memory; layout [ceil(out / 16)][in][16], see `assembly/matmul.ts`. */
interface WasmMatrix extends PackedMatrix {
  readonly at: number;
  /** Outputs in eights, rounded up. */
  readonly eights: number;
  /** All weights are bf16 values and lie in two bytes each. */
  readonly bf16: boolean;
}

const PANEL = 16;
/** Kernels that may be cut into parts for several threads. */
const SPLIT_KERNELS = ['matmul', 'matmulBf16', 'attendRows'];
/** Multiply-adds that are worth a part of their own: some 50 microseconds. A quarter of it made decode slower. */
const LEAST_WORK = 1 << 20;

/** `count` things in at most `parts` runs of nearly equal length: [from, to) each. */
const splitEven = (count: number, parts: number): [number, number][] =>
  Array.from({ length: Math.min(parts, count) }, (_, i): [number, number] => [
    Math.floor((i * count) / Math.min(parts, count)),
    Math.floor(((i + 1) * count) / Math.min(parts, count)),
  ]);

/** Whether every weight is a bf16 value: true of dequantised FP8 and FP4 weights too, since their scales are powers of two. */
const allBf16 = (weights: Float32Array): boolean =>
  new Int32Array(weights.buffer, weights.byteOffset, weights.length).every((word) => (word & 0xffff) === 0);

/** What another thread needs to use the same memory. */
export interface SharedMemory {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
}

/**
 * @param shared - of another thread, to use its weights
 * @param threads - that work on one large call together, this one included
 */
export function createWasmKernels(
  shared: SharedMemory | null = null,
  { threads = 1, leastWork = LEAST_WORK } = {},
): Kernels {
  const heap = new SharedHeap(shared?.memory);
  if (shared !== null) adoptModule(shared.module);
  const run = instantiateKernels(heap);
  const executor = threadExecutor({
    threads,
    memory: heap.memory,
    module: kernelsModule(),
    functions: run as unknown as ModuleFunctions,
    names: SPLIT_KERNELS,
    allocate: (bytes) => heap.allocate(bytes),
  });
  /** Into how many parts to cut a call of so many multiply-adds. */
  const partsOf = (work: number): number => {
    const { ready } = executor;
    return ready === 1 ? 1 : Math.max(1, Math.min(ready, Math.floor(work / leastWork)));
  };
  const arena = new HeapArena(heap);
  const borrowed = new Borrowed(heap, arena);
  const records = new RecordStore(heap);
  const scratch = (floats: number): number => arena.take(floats * 4);

  const quantise = (
    kernel: (x: number, count: number, group: number) => number,
    x: Float32Array,
    group: number,
  ): void => {
    const mark = arena.mark();
    const at = borrowed.read(x);
    const bad = kernel(at, x.length, group);
    borrowed.back(x, at);
    arena.release(mark);
    if (bad >= 0)
      throw new RangeError(
        `quantise: NaN or infinity in elements ${bad * group} .. ${Math.min((bad + 1) * group, x.length) - 1}`,
      );
  };

  return {
    kind: 'wasm',
    arena,
    share: () => ({ memory: heap.memory, module: kernelsModule() }),
    here: (x) => heap.floats(x.byteOffset, x.length),

    resident(x) {
      const view = heap.floats(heap.allocate(x.byteLength), x.length);
      view.set(x);
      return view;
    },

    recordMemory: () => records.open(),

    packMatrix(weights, shape): WasmMatrix {
      const panels = Math.ceil(shape.out / PANEL);
      const bf16 = allBf16(weights);
      const rowWords = bf16 ? PANEL / 2 : PANEL;
      const words = panels * shape.in * rowWords;
      const at = heap.allocate(words * 4);
      // outputs past the end are zero rows; their results are never copied out
      const memory = heap.ints(at, words);
      const source = new Int32Array(weights.buffer, weights.byteOffset, weights.length);
      for (let n = 0; n < shape.out; n++) {
        const lane = n % PANEL;
        const word = bf16 ? (lane >> 3) * 4 + (lane & 3) : lane;
        const high = !bf16 || (lane & 4) !== 0;
        let to = Math.floor(n / PANEL) * shape.in * rowWords + word;
        for (let k = n * shape.in; k < (n + 1) * shape.in; k++, to += rowWords)
          memory[to] |= high ? source[k] : source[k] >>> 16;
      }
      return { ...shape, at, eights: Math.ceil(shape.out / 8), bf16 };
    },

    matmul(x, rows, w, y, kBlock, xStride = w.in, yStride = w.out) {
      const { at, eights, bf16 } = w as WasmMatrix;
      const multiply = bf16 ? run.matmulBf16 : run.matmul;
      const mark = arena.mark();
      const padded = eights * 8;
      const xAt = borrowed.read(x, (rows - 1) * xStride + w.in);
      const k = Math.min(kBlock, w.in);
      const parts = partsOf(rows * padded * w.in);
      const product = (yAt: number, yBytes: number): void => {
        if (parts === 1) multiply(xAt, at, yAt, rows, eights, w.in, k, xStride * 4, yBytes, scratch(w.in * (8 + rows)));
        else
          executor.run(
            bf16 ? 'matmulBf16' : 'matmul',
            splitEven(Math.ceil(eights / 2), parts).map(([from, to]) => [
              xAt,
              at + from * w.in * PANEL * (bf16 ? 2 : 4),
              yAt + from * PANEL * 4,
              rows,
              Math.min(to * 2, eights) - from * 2,
              w.in,
              k,
              xStride * 4,
              yBytes,
              scratch(w.in * (8 + rows)),
            ]),
          );
      };
      if (padded === w.out && (yStride === w.out || heap.owns(y))) {
        const yAt = borrowed.write(y, rows * yStride);
        product(yAt, yStride * 4);
        borrowed.back(y, yAt, rows * yStride);
      } else {
        const yAt = scratch(rows * padded);
        product(yAt, padded * 4);
        const wide = heap.floats(yAt, rows * padded);
        for (let r = 0; r < rows; r++) for (let n = 0; n < w.out; n++) y[r * yStride + n] = wide[r * padded + n];
      }
      arena.release(mark);
    },

    rmsNorm(x, weight, out, { rows, width, eps }) {
      const mark = arena.mark();
      const xAt = borrowed.read(x, rows * width);
      const outAt = out === x ? xAt : borrowed.write(out, rows * width);
      run.rmsNorm(xAt, weight === null ? 0 : borrowed.read(weight), outAt, rows, width, eps, scratch(rows));
      borrowed.back(out, outAt, rows * width);
      arena.release(mark);
    },

    inverseRms(x, out, { rows, width, eps }) {
      const mark = arena.mark();
      const outAt = borrowed.write(out, rows);
      run.inverseRms(borrowed.read(x, rows * width), rows, width, eps, outAt);
      borrowed.back(out, outAt, rows);
      arena.release(mark);
    },

    scaleRows(x, scales, rows, width) {
      const mark = arena.mark();
      const at = borrowed.read(x, rows * width);
      run.scaleRows(at, borrowed.read(scales, rows), rows, width);
      borrowed.back(x, at, rows * width);
      arena.release(mark);
    },

    addRows(x, table, index, width) {
      const mark = arena.mark();
      const at = borrowed.read(x, index.length * width);
      run.addRows(at, borrowed.read(table), borrowed.read(index), index.length, width);
      borrowed.back(x, at, index.length * width);
      arena.release(mark);
    },

    exp(x, out) {
      const mark = arena.mark();
      const whole = x.length & ~3;
      const rest = x.length - whole;
      const at = borrowed.read(x);
      const outAt = out === x ? at : borrowed.write(out);
      run.expAll(at, outAt, whole);
      if (rest > 0) {
        // the kernel works in fours: the last ones get a place of their own
        const last = scratch(4);
        const four = heap.floats(last, 4);
        four.set(heap.floats(at + whole * 4, rest));
        run.expAll(last, last, 4);
        heap.floats(outAt + whole * 4, rest).set(four.subarray(0, rest));
      }
      borrowed.back(out, outAt);
      arena.release(mark);
    },

    roundBf16(x) {
      const mark = arena.mark();
      const at = borrowed.read(x);
      run.roundBf16(at, x.length);
      borrowed.back(x, at);
      arena.release(mark);
    },

    quantiseFp8: (x, group) => quantise(run.quantiseFp8, x, group),
    quantiseFp4: (x, group) => quantise(run.quantiseFp4, x, group),

    firstNonFinite(x) {
      const mark = arena.mark();
      const found = run.firstNonFinite(borrowed.read(x), x.length);
      arena.release(mark);
      return found;
    },

    hadamard(x, rows, width) {
      const mark = arena.mark();
      const at = borrowed.read(x, rows * width);
      run.hadamard(at, rows, width, 1 / Math.sqrt(width));
      borrowed.back(x, at, rows * width);
      arena.release(mark);
    },

    rotate(x, { from, vectors, stride }, positions, table, inverse) {
      const mark = arena.mark();
      const at = borrowed.read(x);
      run.rotate(
        at + from * 4,
        positions.length,
        vectors,
        stride,
        table.half * 2,
        borrowed.read(positions),
        borrowed.read(table.cosines),
        borrowed.read(table.sines),
        inverse ? 1 : 0,
      );
      borrowed.back(x, at);
      arena.release(mark);
    },

    poolChannels(values, scores, slots, channels, out) {
      const mark = arena.mark();
      const outAt = borrowed.write(out, channels);
      run.poolChannels(
        borrowed.read(values),
        borrowed.read(scores),
        borrowed.read(slots),
        slots.length,
        channels,
        outAt,
        scratch(slots.length * 4),
      );
      borrowed.back(out, outAt, channels);
      arena.release(mark);
    },

    loadRows(sources: readonly RowSource[], width: number): RowSet {
      const count = sources.reduce((sum, s) => sum + s.count, 0);
      const data = arena.floats(count * width);
      let at = 0;
      for (const source of sources) {
        if (source.kind === 'floats')
          data.set(source.data.subarray(source.from * width, (source.from + source.count) * width), at);
        else if (source.kind === 'records') for (let i = 0; i < source.count; i++) source.read(i, data, at + i * width);
        else if (!decodePage(run, heap, arena, source, data.byteOffset + at * 4)) readPage(source, data, at);
        at += source.count * width;
      }
      return { count, width, data };
    },

    rowDots(q, heads, rows, index, scores) {
      const mark = arena.mark();
      const size = heads * index.length;
      const scoresAt = borrowed.write(scores, size);
      run.rowDots(
        borrowed.read(q, heads * rows.width),
        heads,
        borrowed.read(rows.data),
        borrowed.read(index),
        index.length,
        rows.width,
        scoresAt,
      );
      borrowed.back(scores, scoresAt, size);
      arena.release(mark);
    },

    weighHeads(dots, weights, count, rounded, scores) {
      const mark = arena.mark();
      const heads = weights.length;
      // the kernel works in fours: what it writes past the end must not be another array
      const out = scratch(count);
      // and what it reads past the end of the last head must exist
      const dotsAt = borrowed.read(dots, heads * count);
      run.weighHeads(dotsAt, borrowed.read(weights), heads, count, count, rounded ? 1 : 0, out);
      scores.set(heap.floats(out, count));
      arena.release(mark);
    },

    attendBlocks(q, rows, index, windowCount, first, last, shape, state) {
      const { heads, width, keyBlock, scale, roundWeights } = shape;
      const mark = arena.mark();
      const accAt = borrowed.read(state.acc);
      const maxAt = borrowed.read(state.max);
      const sumAt = borrowed.read(state.sum);
      run.attendBlocks(
        borrowed.read(q, heads * width),
        heads,
        borrowed.read(rows.data),
        width,
        borrowed.read(index),
        windowCount,
        index.length,
        keyBlock,
        first,
        last,
        scale,
        roundWeights ? 1 : 0,
        scratch(heads * keyBlock),
        scratch(heads),
        accAt,
        maxAt,
        sumAt,
      );
      borrowed.back(state.acc, accAt);
      borrowed.back(state.max, maxAt);
      borrowed.back(state.sum, sumAt);
      arena.release(mark);
    },

    attendRows(q, rows, lists, sink, shape, out) {
      const { heads, width, keyBlock, scale, roundWeights } = shape;
      const mark = arena.mark();
      const count = lists.windowCounts.length;
      const outAt = borrowed.write(out, count * heads * width);
      const qAt = borrowed.read(q, count * heads * width);
      const rowsAt = borrowed.read(rows.data);
      const indexAt = borrowed.read(lists.index);
      const startsAt = borrowed.read(lists.starts);
      const windowCountsAt = borrowed.read(lists.windowCounts);
      const sinkAt = borrowed.read(sink);
      const queryBytes = heads * width * 4;
      // scores and weighted sums: two multiply-adds per number of a row
      const parts = splitEven(count, partsOf(2 * lists.index.length * heads * width));
      executor.run(
        'attendRows',
        parts.map(([from, to]) => [
          qAt + from * queryBytes,
          to - from,
          heads,
          rowsAt,
          width,
          indexAt,
          startsAt + from * 4,
          windowCountsAt + from * 4,
          keyBlock,
          scale,
          roundWeights ? 1 : 0,
          sinkAt,
          scratch(heads * keyBlock),
          scratch(heads),
          scratch(heads * width),
          scratch(heads),
          scratch(heads),
          outAt + from * queryBytes,
        ]),
      );
      borrowed.back(out, outAt, count * heads * width);
      arena.release(mark);
    },

    finishAttention(state, sink, { heads, width }, out) {
      const mark = arena.mark();
      const outAt = borrowed.write(out, heads * width);
      run.finishWhole(
        borrowed.read(state.acc),
        borrowed.read(state.max),
        borrowed.read(state.sum),
        borrowed.read(sink),
        heads,
        width,
        outAt,
      );
      borrowed.back(out, outAt, heads * width);
      arena.release(mark);
    },

    sinkhornMix(mixes, scale, base, rows, { streams: n, iterations, eps }, out) {
      const mark = arena.mark();
      const size = rows * (2 + n) * n;
      const outAt = borrowed.write(out, size);
      run.sinkhornMix(
        borrowed.read(mixes, size),
        borrowed.read(scale),
        borrowed.read(base),
        rows,
        n,
        iterations,
        eps,
        outAt,
      );
      borrowed.back(out, outAt, size);
      arena.release(mark);
    },

    sigmoidMix(mixes, scale, base, rows, eps, out) {
      const mark = arena.mark();
      const n = base.length;
      const outAt = borrowed.write(out, rows * n);
      run.sigmoidMix(borrowed.read(mixes, rows * n), scale, borrowed.read(base), rows, n, eps, outAt);
      borrowed.back(out, outAt, rows * n);
      arena.release(mark);
    },

    collapse(streams, pre, preStride, rows, n, width, y) {
      const mark = arena.mark();
      const yAt = borrowed.write(y, rows * width);
      run.collapse(borrowed.read(streams, rows * n * width), borrowed.read(pre), preStride, rows, n, width, yAt);
      borrowed.back(y, yAt, rows * width);
      arena.release(mark);
    },

    spread(output, streams, mixes, rows, n, width, out) {
      const mark = arena.mark();
      const outAt = borrowed.write(out, rows * n * width);
      run.spread(
        borrowed.read(output, rows * width),
        borrowed.read(streams, rows * n * width),
        borrowed.read(mixes),
        rows,
        n,
        width,
        outAt,
      );
      borrowed.back(out, outAt, rows * n * width);
      arena.release(mark);
    },

    swiglu(gate, up, weights, rows, width, bound) {
      const mark = arena.mark();
      const gateAt = borrowed.read(gate, rows * width);
      run.swiglu(
        gateAt,
        borrowed.read(up, rows * width),
        weights === null ? 0 : borrowed.read(weights, rows),
        rows,
        width,
        bound,
      );
      borrowed.back(gate, gateAt, rows * width);
      arena.release(mark);
    },

    sumRows(x, index, rows, width, out) {
      const mark = arena.mark();
      const outAt = borrowed.write(out, rows * width);
      run.sumRows(borrowed.read(x), borrowed.read(index), rows, index.length / rows, width, outAt);
      borrowed.back(out, outAt, rows * width);
      arena.release(mark);
    },

    get readyThreads() {
      return executor.ready;
    },
    close: () => executor.close(),
  };
}
