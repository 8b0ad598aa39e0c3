/**
 * The kernels' memory: one shared WebAssembly memory. What stays (weights, tables, pages) and each thread's arena are taken from it
 * with one bump pointer that lies in the memory itself, so that several threads can share it.
 *
 * Arrays over a shared memory stay valid when it grows.
 * @module
 */
import type { Arena } from '../arena.ts';

const PAGE_BYTES = 65_536;
const ALIGN_BYTES = 64;
/** The most that 32-bit WebAssembly memory can hold. */
const MAX_PAGES = 65_536;
/** Byte address of the bump pointer, below the module's static data. */
const TOP_AT = 16;
/** The module's static data lie below. */
const STATIC_BYTES = PAGE_BYTES;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;

export class SharedHeap {
  readonly memory: WebAssembly.Memory;
  /** Every buffer object that the memory has had: a growth makes a new one over the same bytes. */
  private readonly buffers = new WeakSet<ArrayBufferLike>();
  private latest: ArrayBufferLike;

  /** @param memory - of another thread, to be shared; by default a new one */
  constructor(memory?: WebAssembly.Memory) {
    this.memory = memory ?? new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES, shared: true });
    this.latest = this.memory.buffer;
    this.buffers.add(this.latest);
    Atomics.compareExchange(new Uint32Array(this.latest), TOP_AT / 4, 0, STATIC_BYTES);
  }

  private buffer(): ArrayBufferLike {
    const { buffer } = this.memory;
    if (buffer !== this.latest) {
      this.latest = buffer;
      this.buffers.add(buffer);
    }
    return buffer;
  }

  owns(x: ArrayBufferView): boolean {
    return x.buffer === this.latest || this.buffers.has(x.buffer) || x.buffer === this.buffer();
  }

  /** Bytes that stay taken. @returns a byte offset, a multiple of 64 */
  allocate(bytes: number): number {
    const size = aligned(Math.max(bytes, 1));
    const at = Atomics.add(new Uint32Array(this.buffer()), TOP_AT / 4, size);
    // a vector load may look past the end of what was asked for
    const missing = at + size + ALIGN_BYTES - this.memory.buffer.byteLength;
    if (missing > 0) {
      // by half as much again, so that many small arrays do not grow the memory one by one
      const pages = Math.ceil(missing / PAGE_BYTES);
      const generous = Math.ceil(Math.max(pages, this.memory.buffer.byteLength / PAGE_BYTES / 2));
      try {
        this.memory.grow(generous);
      } catch {
        this.memory.grow(pages);
      }
    }
    return at;
  }

  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.buffer(), at, count);
  }

  ints(at: number, count: number): Int32Array {
    return new Int32Array(this.buffer(), at, count);
  }

  bytes(at: number, count: number): Uint8Array {
    return new Uint8Array(this.buffer(), at, count);
  }
}

const FIRST_CHUNK_BYTES = 1 << 20;
/** Views kept for the next step; a new set is begun when there are more. */
const VIEWS_MAX = 1 << 14;

/** A stack in chunks of the heap. A view that was taken at the same place with the same length is given again. */
export class HeapArena implements Arena {
  private readonly heap: SharedHeap;
  private readonly chunks: { readonly at: number; readonly bytes: number; readonly from: number }[] = [];
  private chunk = 0;
  /** Bytes taken, counted over all chunks. */
  private top = 0;
  private floatViews = new Map<number, Float32Array>();
  private intViews = new Map<number, Int32Array>();

  constructor(heap: SharedHeap) {
    this.heap = heap;
  }

  /** @returns a byte offset in the memory */
  take(bytes: number): number {
    const size = aligned(bytes);
    for (;;) {
      const chunk = this.chunks[this.chunk];
      if (chunk === undefined) {
        const last = this.chunks[this.chunks.length - 1];
        const chunkBytes = Math.max(2 * size, last === undefined ? FIRST_CHUNK_BYTES : 2 * last.bytes);
        const from = last === undefined ? 0 : last.from + last.bytes;
        this.chunks.push({ at: this.heap.allocate(chunkBytes), bytes: chunkBytes, from });
        continue;
      }
      const used = this.top - chunk.from;
      if (used + size <= chunk.bytes) {
        this.top += size;
        return chunk.at + used;
      }
      // the rest of the chunk stays unused until the release
      this.top = chunk.from + chunk.bytes;
      this.chunk++;
    }
  }

  floats(count: number): Float32Array {
    const at = this.take(count * 4);
    const known = this.floatViews.get(at);
    if (known?.length === count) return known;
    const view = this.heap.floats(at, count);
    if (this.floatViews.size >= VIEWS_MAX) this.floatViews = new Map();
    this.floatViews.set(at, view);
    return view;
  }

  ints(count: number): Int32Array {
    const at = this.take(count * 4);
    const known = this.intViews.get(at);
    if (known?.length === count) return known;
    const view = this.heap.ints(at, count);
    if (this.intViews.size >= VIEWS_MAX) this.intViews = new Map();
    this.intViews.set(at, view);
    return view;
  }

  mark(): number {
    return this.top;
  }

  release(mark: number): void {
    this.top = mark;
    while (this.chunk > 0 && this.chunks[this.chunk].from > mark) this.chunk--;
  }
}
