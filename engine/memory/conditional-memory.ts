/**
 * Conditional memory of a model: per-request history, the rows that new tokens address, and their values.
 *
 * An n-gram is made of one request's own tokens: its history crosses the chunks of a prompt and never another request. The state is a
 * few compressed ids (and, in the paper's form, the tail of the short convolution), to be saved with the rest of a request's state.
 * Source: specification section 12.
 * @module
 */
import type { NgramHash } from './ngram-hash.ts';
import type { RowFetcher } from './row-fetcher.ts';

export interface MemoryShape {
  readonly maxNgram: number;
  readonly headsPerNgram: number;
  readonly headDim: number;
  /** Orders that are looked up; the columns of others are zero. */
  readonly orders: readonly number[];
  /** Model layers that have a memory, in the order of the hash's tables. */
  readonly layerIds: readonly number[];
  /** Raw token id -> compressed id. */
  readonly tokenMap: Int32Array;
  /** Floats of the convolution tail per memory layer; 0 without a convolution. */
  readonly tailFloats: number;
}

/** One request's memory state. */
export class MemoryState {
  /** [maxNgram - 1] compressed ids, the newest last, then the number of tokens seen. */
  readonly history: Int32Array;
  /** Per memory layer. */
  readonly tails: readonly Float32Array[];
  private readonly memory: ConditionalMemory;

  constructor(memory: ConditionalMemory) {
    const { maxNgram, layerIds, tailFloats } = memory.shape;
    this.memory = memory;
    this.history = new Int32Array(maxNgram);
    this.tails = layerIds.map(() => new Float32Array(tailFloats));
  }

  get seen(): number {
    return this.history[this.history.length - 1];
  }

  reset(): void {
    this.history.fill(0);
    for (const tail of this.tails) tail.fill(0);
  }

  /** The history after these tokens; convolution tails cannot be made from tokens and are zero. */
  seed(tokenIds: Int32Array): void {
    this.reset();
    const kept = this.history.length - 1;
    for (const id of tokenIds.subarray(Math.max(0, tokenIds.length - kept))) this.push(this.memory.shape.tokenMap[id]);
    this.history[kept] = tokenIds.length;
  }

  push(compressed: number): void {
    const kept = this.history.length - 1;
    this.history.copyWithin(0, 1, kept);
    this.history[kept - 1] = compressed;
    this.history[kept]++;
  }

  get stateBytes(): number {
    return this.history.byteLength + this.tails.reduce((sum, t) => sum + t.byteLength, 0);
  }

  private regions(): Uint8Array[] {
    return [this.history, ...this.tails].map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  }

  save(bytes: Uint8Array): void {
    let at = 0;
    for (const region of this.regions()) {
      bytes.set(region, at);
      at += region.length;
    }
  }

  restore(bytes: Uint8Array): void {
    let at = 0;
    for (const region of this.regions()) {
      region.set(bytes.subarray(at, at + region.length));
      at += region.length;
    }
  }
}

export class ConditionalMemory {
  readonly shape: MemoryShape;
  readonly fetcher: RowFetcher;
  readonly version: string;
  /** Columns of a lookup: orders x heads. */
  readonly columns: number;
  private readonly hash: NgramHash;

  /** @param version - over all tables: equal versions hold equal rows */
  constructor(shape: MemoryShape, hash: NgramHash, fetcher: RowFetcher, version: string) {
    this.shape = shape;
    this.hash = hash;
    this.fetcher = fetcher;
    this.version = version;
    this.columns = hash.columns;
  }

  createState(): MemoryState {
    return new MemoryState(this);
  }

  /** Index of a model layer among the memory layers; -1 = it has none. */
  indexOf(layer: number): number {
    return this.shape.layerIds.indexOf(layer);
  }

  /**
   * Rows that the next tokens of one request address, in each memory layer; the history is not changed.
   *
   * @returns per memory layer [n, columns] i32
   */
  rowsOf(state: MemoryState, tokenIds: Int32Array): Int32Array[] {
    const kept = Math.min(state.seen, this.shape.maxNgram - 1);
    const ids = new Int32Array(kept + tokenIds.length);
    ids.set(state.history.subarray(state.history.length - 1 - kept, state.history.length - 1));
    tokenIds.forEach((id, i) => (ids[kept + i] = this.shape.tokenMap[id]));
    return this.shape.layerIds.map((_, index) => this.hash.rows(index, ids, kept));
  }

  /** Takes tokens into the history. @param beforeEach - called before the history changes for token i */
  advance(state: MemoryState, tokenIds: Int32Array, beforeEach: ((i: number) => void) | null): void {
    tokenIds.forEach((id, i) => {
      beforeEach?.(i);
      state.push(this.shape.tokenMap[id]);
    });
  }

  /** Starts to fetch what the next step of a request will look up. */
  prefetch(state: MemoryState, tokenIds: Int32Array): void {
    this.rowsOf(state, tokenIds).forEach((rows, index) => this.fetcher.prefetch(index, this.wanted(rows)));
  }

  /** @param rows - [n, columns] of memory layer `index`. @returns [n, columns * headDim] f32 */
  gather(index: number, rows: Int32Array): Float32Array {
    const { headDim, orders, headsPerNgram } = this.shape;
    const wanted = this.wanted(rows);
    const values = new Float32Array(wanted.length * headDim);
    this.fetcher.take(index, wanted, values);
    if (wanted.length === rows.length) return values;
    const out = new Float32Array(rows.length * headDim);
    let from = 0;
    for (let i = 0; i < rows.length; i++) {
      if (!orders.includes(orderOf(i % this.columns, headsPerNgram))) continue;
      out.set(values.subarray(from, from + headDim), i * headDim);
      from += headDim;
    }
    return out;
  }

  /** The rows of the orders that are on. */
  private wanted(rows: Int32Array): Int32Array {
    const { orders, headsPerNgram, maxNgram } = this.shape;
    if (orders.length === maxNgram - 1) return rows;
    return rows.filter((_, i) => orders.includes(orderOf(i % this.columns, headsPerNgram)));
  }
}

const orderOf = (column: number, headsPerNgram: number): number => 2 + Math.floor(column / headsPerNgram);
