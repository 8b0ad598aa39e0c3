/**
 * The hot tier's memory: a fixed number of page slots, used again after release.
 *
 * Invariant: used + free == capacity. A slot's generation grows with every allocation, so that a handle of an earlier use is known to
 * be stale (`isCurrent`). Slots are made on first use; a fresh page is all zero.
 * @module
 */
import { plainRecordMemory } from '../kernels/index.ts';
import type { RecordMemory } from '../kernels/index.ts';
import { AuditTable } from './audit.ts';
import type { PageLayout } from './page-layout.ts';

/** A page in a hot slot, valid until it is released. */
export interface HotPage {
  readonly slot: number;
  readonly generation: number;
  /** [layout.pageBytes] */
  readonly bytes: Uint8Array;
  /** Tags of the page's records; null outside audit mode. */
  readonly audit: AuditTable | null;
}

export class PagePool {
  readonly layout: PageLayout;
  readonly capacity: number;
  readonly audit: boolean;
  /** Where pages and the rings of states over this pool lie. */
  readonly memory: RecordMemory;
  private readonly slots: Uint8Array[] = [];
  private readonly generations: number[] = [];
  private readonly freeSlots: number[] = [];
  private readonly live = new Set<number>();
  closed = false;

  /** @param capacity - pages; Infinity = as many as asked for */
  constructor(layout: PageLayout, capacity: number, audit: boolean, memory = plainRecordMemory) {
    this.layout = layout;
    this.capacity = capacity;
    this.audit = audit;
    this.memory = memory;
  }

  get used(): number {
    return this.live.size;
  }

  get free(): number {
    return this.capacity - this.live.size;
  }

  /** Takes a slot, the last released first; null when all are used. */
  allocate(): HotPage | null {
    if (this.closed) throw new Error('invariant: a page of a closed pool');
    let slot = this.freeSlots.pop();
    if (slot === undefined) {
      if (this.slots.length >= this.capacity) return null;
      slot = this.slots.length;
      this.slots.push(this.memory.take(this.layout.pageBytes));
      this.generations.push(0);
    } else this.slots[slot].fill(0);
    this.live.add(slot);
    const generation = ++this.generations[slot];
    const audit = this.audit ? new AuditTable(this.layout.entriesPerPage) : null;
    return { slot, generation, bytes: this.slots[slot], audit };
  }

  /** All slots, free ones too. */
  areas(): readonly Uint8Array[] {
    return [...this.slots];
  }

  isCurrent(page: HotPage): boolean {
    return this.live.has(page.slot) && this.generations[page.slot] === page.generation;
  }

  /** Gives the memory back: no page is current any more, and none can be taken. */
  close(): void {
    this.live.clear();
    this.freeSlots.length = 0;
    this.slots.length = 0;
    this.closed = true;
    this.memory.close();
  }

  release(page: HotPage): void {
    if (!this.isCurrent(page))
      throw new RangeError(`page pool: expected a live page, got slot ${page.slot} generation ${page.generation}`);
    this.live.delete(page.slot);
    this.freeSlots.push(page.slot);
  }
}
