/**
 * Arrays that lie outside the kernels' memory: copied in and out around one call.
 * @module
 */
import type { HeapArena, SharedHeap } from './heap.ts';

export class Borrowed {
  private readonly heap: SharedHeap;
  private readonly arena: HeapArena;

  constructor(heap: SharedHeap, arena: HeapArena) {
    this.heap = heap;
    this.arena = arena;
  }

  /** The pointer of x[0 .. count), copied in if x lies elsewhere. */
  read(x: Float32Array | Int32Array, count = x.length): number {
    if (this.heap.owns(x)) return x.byteOffset;
    const at = this.arena.take(count * 4);
    const part = count === x.length ? x : x.subarray(0, count);
    if (part instanceof Float32Array) this.heap.floats(at, count).set(part);
    else this.heap.ints(at, count).set(part);
    return at;
  }

  /** Copies x[0 .. count) back if it lies elsewhere. */
  back(x: Float32Array, at: number, count = x.length): void {
    if (!this.heap.owns(x)) x.set(this.heap.floats(at, count));
  }

  /** The pointer of a place for x[0 .. count), whose numbers are not needed. */
  write(x: Float32Array, count = x.length): number {
    return this.heap.owns(x) ? x.byteOffset : this.arena.take(count * 4);
  }
}
