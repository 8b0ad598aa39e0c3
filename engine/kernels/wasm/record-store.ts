/**
 * Record memory in the kernels' memory, which never shrinks: blocks that are given back are used again for the same size.
 *
 * What is given back is wiped: nothing of a request lies in free memory. An owner that is forgotten without `close` gives its blocks back when it is collected. Only the reuse of memory depends on that,
 * never a bit: a block is all zero when it is taken.
 * @module
 */
import type { RecordMemory } from '../record-memory.ts';
import type { SharedHeap } from './heap.ts';

interface Block {
  readonly at: number;
  readonly count: number;
}

/** A 32-bit memory holds 4 GiB, and weights and activations need their part: more records than this are ordinary arrays. */
const BYTES_MAX = 2 ** 31;

export class RecordStore {
  private readonly heap: SharedHeap;
  private readonly bytesMax: number;
  private readonly free = new Map<number, number[]>();
  private readonly forgotten: FinalizationRegistry<Block[]>;
  private bytes = 0;

  constructor(heap: SharedHeap, bytesMax = BYTES_MAX) {
    this.heap = heap;
    this.bytesMax = bytesMax;
    this.forgotten = new FinalizationRegistry((blocks) => this.giveBack(blocks));
  }

  open(): RecordMemory {
    const blocks: Block[] = [];
    const owner: RecordMemory = {
      take: (count) => {
        const at = this.free.get(count)?.pop() ?? this.allocate(count);
        if (at === null) return new Uint8Array(count);
        blocks.push({ at, count });
        return this.heap.bytes(at, count).fill(0);
      },
      close: () => this.giveBack(blocks),
    };
    this.forgotten.register(owner, blocks);
    return owner;
  }

  /** Bytes taken from the heap, in use or not. */
  get reserved(): number {
    return this.bytes;
  }

  private allocate(count: number): number | null {
    if (this.bytes + count > this.bytesMax) return null;
    this.bytes += count;
    return this.heap.allocate(count);
  }

  /** Empties the list, so that blocks are given back once. */
  private giveBack(blocks: Block[]): void {
    for (const { at, count } of blocks.splice(0)) {
      this.heap.bytes(at, count).fill(0);
      const list = this.free.get(count);
      if (list === undefined) this.free.set(count, [at]);
      else list.push(at);
    }
  }
}
