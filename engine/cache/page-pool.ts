/**
 * The hot tier's memory: a fixed number of page slots, used again after release.
 *
 * Invariant: used + free == capacity. A slot's generation grows with every allocation, so that a handle of an earlier use is known to
 * be stale (`isCurrent`). Slots are made on first use; a fresh page is all zero.
 * @module
 */
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
  private readonly slots: Uint8Array[] = [];
  private readonly generations: number[] = [];
  private readonly freeSlots: number[] = [];
  private readonly live = new Set<number>();

  /** @param capacity - pages; Infinity = as many as asked for */
  constructor(layout: PageLayout, capacity: number, audit: boolean) {
    this.layout = layout;
    this.capacity = capacity;
    this.audit = audit;
  }

  get used(): number {
    return this.live.size;
  }

  get free(): number {
    return this.capacity - this.live.size;
  }

  /** Takes a slot, the last released first; null when all are used. */
  allocate(): HotPage | null {
    let slot = this.freeSlots.pop();
    if (slot === undefined) {
      if (this.slots.length >= this.capacity) return null;
      slot = this.slots.length;
      this.slots.push(new Uint8Array(this.layout.pageBytes));
      this.generations.push(0);
    } else this.slots[slot].fill(0);
    this.live.add(slot);
    const generation = ++this.generations[slot];
    const audit = this.audit ? new AuditTable(this.layout.entriesPerPage) : null;
    return { slot, generation, bytes: this.slots[slot], audit };
  }

  isCurrent(page: HotPage): boolean {
    return this.live.has(page.slot) && this.generations[page.slot] === page.generation;
  }

  release(page: HotPage): void {
    if (!this.isCurrent(page))
      throw new RangeError(`page pool: expected a live page, got slot ${page.slot} generation ${page.generation}`);
    this.live.delete(page.slot);
    this.freeSlots.push(page.slot);
  }
}
