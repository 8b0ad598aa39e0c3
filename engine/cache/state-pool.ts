/**
 * The fixed pool of state blocks: one per running request, lowest free slot first, used again after release.
 *
 * Invariant: used + free == capacity. A block is made ready by the `reset` part when it is acquired.
 * @module
 */
import type { StateBlock, StateReset } from './state-block.ts';

export interface AcquiredSlot {
  readonly slot: number;
  readonly block: StateBlock;
  /** True when another request had this block before. */
  readonly reused: boolean;
}

export class StatePool {
  private readonly blocks: (StateBlock | null)[];
  private readonly busy: boolean[];
  private readonly create: () => StateBlock;
  private readonly reset: StateReset;

  constructor(capacity: number, create: () => StateBlock, reset: StateReset) {
    this.blocks = new Array<StateBlock | null>(capacity).fill(null);
    this.busy = new Array<boolean>(capacity).fill(false);
    this.create = create;
    this.reset = reset;
  }

  get capacity(): number {
    return this.blocks.length;
  }

  /** Blocks that were made, busy or not. */
  made(): StateBlock[] {
    return this.blocks.filter((block) => block !== null);
  }

  get free(): number {
    return this.busy.filter((b) => !b).length;
  }

  /** Takes the lowest free slot; null when all are busy. */
  acquire(): AcquiredSlot | null {
    const slot = this.busy.indexOf(false);
    if (slot < 0) return null;
    this.busy[slot] = true;
    const before = this.blocks[slot] ?? null;
    const block = before ?? this.create();
    this.blocks[slot] = block;
    if (before !== null) this.reset(block);
    return { slot, block, reused: before !== null };
  }

  release(slot: number): void {
    if (this.busy[slot] !== true) throw new RangeError(`state pool: expected a busy slot, got ${slot}`);
    this.busy[slot] = false;
  }
}
