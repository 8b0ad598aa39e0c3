/**
 * The hot kernels on WebAssembly SIMD128: same bytes as the plain twin, much faster.
 *
 * One memory holds the packed weights (kept) and a scratch area (reused by every call). Activations are copied in and out:
 * rows x in + rows x out floats beside rows x in x out multiplications.
 * @module
 */
import type { Kernels, PackedMatrix, RowSet, RowSource } from '../kernels.ts';
import { kernelsWasmBase64 } from './kernels.generated.ts';

interface Exports {
  matmul(x: number, w: number, y: number, rows: number, panels: number, k: number, kBlock: number): void;
  rowDots(q: number, heads: number, rows: number, index: number, count: number, d: number, scores: number): void;
  weightedRows(
    p: number,
    alpha: number,
    heads: number,
    rows: number,
    index: number,
    count: number,
    d: number,
    acc: number,
  ): void;
}

/** `at` is a byte offset in the kernels' memory; layout [ceil(out / 8)][in][8]. */
interface WasmMatrix extends PackedMatrix {
  readonly at: number;
  readonly panels: number;
}

const PANEL = 8;
const PAGE_BYTES = 65536;
const ALIGN_BYTES = 64;
/** The most that 32-bit WebAssembly memory can hold. */
const MAX_PAGES = 65536;

let compiled: WebAssembly.Module | null = null;

function kernelsModule(): WebAssembly.Module {
  // atob instead of Buffer: the same code runs in a browser.
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelsWasmBase64), (c) => c.charCodeAt(0)));
  return compiled;
}

/** A growing memory: weights from the bottom up, two scratch areas (call arguments, attention rows) made on demand. */
class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
  private top = ALIGN_BYTES;
  private view = new Float32Array(this.memory.buffer);
  private intView = new Int32Array(this.memory.buffer);

  allocate(bytes: number): number {
    const at = this.top;
    this.top = Math.ceil((at + bytes) / ALIGN_BYTES) * ALIGN_BYTES;
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) {
      // grow by half as much again, so that many small matrices do not grow the memory one by one
      const pages = Math.ceil(missing / PAGE_BYTES);
      const generous = Math.min(Math.max(pages, this.memory.buffer.byteLength / PAGE_BYTES / 2), MAX_PAGES);
      try {
        this.memory.grow(Math.ceil(generous));
      } catch {
        this.memory.grow(pages);
      }
    }
    return at;
  }

  /** Views are remade after a growth, which detaches the old buffer. */
  floats(): Float32Array {
    if (this.view.buffer !== this.memory.buffer) this.view = new Float32Array(this.memory.buffer);
    return this.view;
  }

  ints(): Int32Array {
    if (this.intView.buffer !== this.memory.buffer) this.intView = new Int32Array(this.memory.buffer);
    return this.intView;
  }
}

/** A region that is replaced by a larger one when it is too small (the old one is lost: sizes settle after the first steps). */
class Scratch {
  private at = 0;
  private bytes = 0;
  private readonly arena: Arena;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  reserve(bytes: number): number {
    if (bytes > this.bytes) {
      this.bytes = 2 * bytes;
      this.at = this.arena.allocate(this.bytes);
    }
    return this.at;
  }
}

const aligned = (floats: number): number => Math.ceil(floats / 16) * 16;

export function createWasmKernels(): Kernels {
  const arena = new Arena();
  const instance = new WebAssembly.Instance(kernelsModule(), { env: { memory: arena.memory } });
  const run = instance.exports as unknown as Exports;
  const callScratch = new Scratch(arena);
  const rowScratch = new Scratch(arena);
  let rowsAt = 0;

  return {
    kind: 'wasm',

    packMatrix(weights, shape): WasmMatrix {
      const panels = Math.ceil(shape.out / PANEL);
      const at = arena.allocate(panels * shape.in * PANEL * 4);
      const memory = arena.floats();
      const base = at / 4;
      for (let n = 0; n < panels * PANEL; n++) {
        const panelBase = base + Math.floor(n / PANEL) * shape.in * PANEL + (n % PANEL);
        // outputs past the end are zero rows; their results are never copied out
        for (let k = 0; k < shape.in; k++)
          memory[panelBase + k * PANEL] = n < shape.out ? weights[n * shape.in + k] : 0;
      }
      return { ...shape, at, panels };
    },

    matmul(x, rows, w, y, kBlock): void {
      const { at, panels } = w as WasmMatrix;
      const padded = panels * PANEL;
      const xFloats = aligned(rows * w.in);
      const xAt = callScratch.reserve((xFloats + rows * padded) * 4);
      const yAt = xAt + xFloats * 4;
      const memory = arena.floats();
      memory.set(x.length === rows * w.in ? x : x.subarray(0, rows * w.in), xAt / 4);
      run.matmul(xAt, at, yAt, rows, panels, w.in, Math.min(kBlock, w.in));
      if (padded === w.out) {
        y.set(memory.subarray(yAt / 4, yAt / 4 + rows * w.out));
        return;
      }
      for (let r = 0; r < rows; r++)
        y.set(memory.subarray(yAt / 4 + r * padded, yAt / 4 + r * padded + w.out), r * w.out);
    },

    loadRows(sources: readonly RowSource[], width: number): RowSet {
      const count = sources.reduce((sum, s) => sum + s.count, 0);
      rowsAt = rowScratch.reserve(Math.max(1, count * width) * 4);
      const memory = arena.floats();
      let at = rowsAt / 4;
      for (const source of sources) {
        if (source.kind === 'floats')
          memory.set(source.data.subarray(source.from * width, (source.from + source.count) * width), at);
        else for (let i = 0; i < source.count; i++) source.read(i, memory, at + i * width);
        at += source.count * width;
      }
      return { count, width };
    },

    rowDots(q, heads, rows, index, scores): void {
      const qFloats = aligned(heads * rows.width);
      const indexInts = aligned(index.length);
      const qAt = callScratch.reserve((qFloats + indexInts + heads * index.length) * 4);
      const indexAt = qAt + qFloats * 4;
      const scoresAt = indexAt + indexInts * 4;
      const memory = arena.floats();
      memory.set(q.length === heads * rows.width ? q : q.subarray(0, heads * rows.width), qAt / 4);
      arena.ints().set(index, indexAt / 4);
      run.rowDots(qAt, heads, rowsAt, indexAt, index.length, rows.width, scoresAt);
      scores.set(memory.subarray(scoresAt / 4, scoresAt / 4 + heads * index.length));
    },

    weightedRows(p, alpha, heads, rows, index, acc): void {
      const pFloats = aligned(heads * index.length);
      const alphaFloats = aligned(heads);
      const indexInts = aligned(index.length);
      const pAt = callScratch.reserve((pFloats + alphaFloats + indexInts + heads * rows.width) * 4);
      const alphaAt = pAt + pFloats * 4;
      const indexAt = alphaAt + alphaFloats * 4;
      const accAt = indexAt + indexInts * 4;
      const memory = arena.floats();
      memory.set(p.subarray(0, heads * index.length), pAt / 4);
      memory.set(alpha.subarray(0, heads), alphaAt / 4);
      arena.ints().set(index, indexAt / 4);
      memory.set(acc.subarray(0, heads * rows.width), accAt / 4);
      run.weightedRows(pAt, alphaAt, heads, rowsAt, indexAt, index.length, rows.width, accAt);
      acc.set(memory.subarray(accAt / 4, accAt / 4 + heads * rows.width));
    },
  };
}
