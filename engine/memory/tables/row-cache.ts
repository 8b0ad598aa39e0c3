/** A small cache of decoded rows, least recently used first out. Access to memory tables is Zipfian. @module */
import type { TableCounters } from './memory-table.ts';

export class RowCache {
  private readonly rows = new Map<number, Float32Array>();
  private readonly capacity: number;
  private readonly counters: TableCounters;

  /** @param capacity - rows; 0 = none is kept */
  constructor(capacity: number, counters: TableCounters) {
    this.capacity = capacity;
    this.counters = counters;
  }

  /** The row, from the cache or from `load`. */
  get(row: number, load: () => Float32Array): Float32Array {
    const known = this.rows.get(row);
    if (known !== undefined) {
      this.counters.cacheHits++;
      // Map order is order of use
      this.rows.delete(row);
      this.rows.set(row, known);
      return known;
    }
    this.counters.cacheMisses++;
    const loaded = load();
    if (this.capacity === 0) return loaded;
    if (this.rows.size >= this.capacity) {
      const [oldest] = this.rows.keys();
      this.rows.delete(oldest);
      this.counters.evictions++;
    }
    this.rows.set(row, loaded);
    return loaded;
  }
}

export const createTableCounters = (): TableCounters => ({ reads: 0, cacheHits: 0, cacheMisses: 0, evictions: 0 });
