/**
 * The compiled kernels: their exports, instantiated over a memory. The bytes are embedded, so that loading is synchronous and needs no
 * file system (Node, Bun, Deno, a browser).
 * @module
 */
import { kernelsWasmBase64 } from './kernels.generated.ts';
import type { SharedHeap } from './heap.ts';

/** Pointers are byte offsets; sizes are element counts. See `assembly/`. */
export interface KernelExports {
  readonly expTable: { readonly value: number };
  readonly e4m3Table: { readonly value: number };
  decodeFp4(page: number, index: number, count: number, dims: number, out: number): number;
  decodeFp8(
    page: number,
    entries: number,
    index: number,
    count: number,
    quantised: number,
    group: number,
    plain: number,
    plainIsF32: number,
    scaleBytes: number,
    out: number,
  ): number;
  expAll(x: number, out: number, count: number): void;
  matmul(
    x: number,
    w: number,
    y: number,
    rows: number,
    eights: number,
    k: number,
    kBlock: number,
    xStride: number,
    yStride: number,
    scratch: number,
  ): void;
  matmulBf16(
    x: number,
    w: number,
    y: number,
    rows: number,
    eights: number,
    k: number,
    kBlock: number,
    xStride: number,
    yStride: number,
    scratch: number,
  ): void;
  rowDots(q: number, heads: number, rows: number, index: number, count: number, d: number, scores: number): void;
  weighHeads(
    dots: number,
    weights: number,
    heads: number,
    count: number,
    stride: number,
    rounded: number,
    scores: number,
  ): void;
  attendBlocks(
    q: number,
    heads: number,
    rows: number,
    width: number,
    index: number,
    windowCount: number,
    count: number,
    keyBlock: number,
    first: number,
    last: number,
    scale: number,
    roundWeights: number,
    p: number,
    alpha: number,
    acc: number,
    max: number,
    sum: number,
  ): void;
  attendRows(
    q: number,
    count: number,
    heads: number,
    rows: number,
    width: number,
    index: number,
    starts: number,
    windowCounts: number,
    keyBlock: number,
    scale: number,
    roundWeights: number,
    sink: number,
    p: number,
    alpha: number,
    acc: number,
    max: number,
    sum: number,
    out: number,
  ): void;
  addRows(x: number, table: number, index: number, rows: number, width: number): void;
  finishWhole(acc: number, max: number, sum: number, sink: number, heads: number, width: number, out: number): void;
  rmsNorm(x: number, weight: number, out: number, rows: number, width: number, eps: number, scales: number): void;
  inverseRms(x: number, rows: number, width: number, eps: number, out: number): void;
  scaleRows(x: number, scales: number, rows: number, width: number): void;
  roundBf16(x: number, count: number): void;
  quantiseFp8(x: number, count: number, group: number): number;
  quantiseFp4(x: number, count: number, group: number): number;
  firstNonFinite(x: number, count: number): number;
  hadamard(x: number, rows: number, width: number, scale: number): void;
  rotate(
    x: number,
    rows: number,
    vectors: number,
    stride: number,
    dim: number,
    positions: number,
    cosines: number,
    sines: number,
    inverse: number,
  ): void;
  poolChannels(
    values: number,
    scores: number,
    offsets: number,
    slots: number,
    channels: number,
    out: number,
    weights: number,
  ): void;
  sinkhornMix(
    mixes: number,
    scale: number,
    base: number,
    rows: number,
    n: number,
    iterations: number,
    eps: number,
    out: number,
  ): void;
  sigmoidMix(mixes: number, scale: number, base: number, rows: number, n: number, eps: number, out: number): void;
  collapse(streams: number, pre: number, preStride: number, rows: number, n: number, width: number, y: number): void;
  spread(output: number, streams: number, mixes: number, rows: number, n: number, width: number, out: number): void;
  swiglu(gate: number, up: number, weights: number, rows: number, width: number, bound: number): void;
  sumRows(rows: number, index: number, count: number, per: number, width: number, out: number): void;
}

let compiled: WebAssembly.Module | null = null;

/** The module, compiled at the first call. */
export function kernelsModule(): WebAssembly.Module {
  // atob instead of Buffer: the same code runs in a browser
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelsWasmBase64), (c) => c.charCodeAt(0)));
  return compiled;
}

/** Takes the module that another thread has compiled, unless there is one. */
export function adoptModule(module: WebAssembly.Module): void {
  compiled ??= module;
}

/** @throws Error when the runtime has no shared memory (a page without cross-origin isolation) */
export function instantiateKernels(heap: SharedHeap): KernelExports {
  const { exports } = new WebAssembly.Instance(kernelsModule(), { env: { memory: heap.memory } });
  return exports as unknown as KernelExports;
}
