/**
 * Engram row addresses: which rows of the memory tables a token and the tokens before it select.
 *
 * A row depends on compressed token ids alone, so it is known before layer 0 and can be fetched ahead. An n-gram never crosses
 * the start of a sequence; `blockedHistory` (V4.1) also never crosses an image position.
 * Integers up to 2^63 are kept as two 32-bit words; the test twin uses big integers.
 * Source: specification sections 12.2, 12.4 and 12.5; deepseek-ai/Engram engram_demo_v1.py (hash_*.json).
 * @module
 */
import { NumpyRng } from './numpy-random.ts';
import { tablePrimes } from './primes.ts';

/** A position that never enters an n-gram (an image). */
export const DEAD_ID = -1;

/**
 * Writes the compressed ids at t, t - 1, ... into `window`, with the pad id where there is none.
 *
 * @param ids - [T] compressed ids of one sequence
 */
export type NgramHistory = (ids: Int32Array, t: number, window: Int32Array, padId: number) => void;

/** The paper's demo: positions before the start are the pad id. */
export const leftPadHistory: NgramHistory = (ids, t, window, padId) => {
  for (let k = 0; k < window.length; k++) window[k] = t >= k ? ids[t - k] : padId;
};

/** V4.1: the first position that is dead or before the start blocks itself and everything before it. */
export const blockedHistory: NgramHistory = (ids, t, window, padId) => {
  let blocked = false;
  for (let k = 0; k < window.length; k++) {
    blocked ||= t < k || ids[t - k] === DEAD_ID;
    window[k] = blocked ? padId : ids[t - k];
  }
};

export interface NgramHashConfig {
  readonly layerIds: readonly number[];
  /** Longest n-gram; orders are 2 .. maxNgram. */
  readonly maxNgram: number;
  readonly headsPerNgram: number;
  /** Where the search for primes starts, one per order. */
  readonly vocabSizes: readonly number[];
  readonly compressedVocab: number;
  /** Compressed id of the pad token. */
  readonly padId: number;
  /** Added to 10007 * layer; 0 in V4.1. */
  readonly seed: number;
  /** Default `blockedHistory`. */
  readonly history?: NgramHistory;
}

/** The tables of one layer. A column is (order, head), orders ascending, then heads. */
export interface NgramTables {
  readonly layer: number;
  /** [maxNgram], odd, below 2^63 */
  readonly multipliers: readonly bigint[];
  /** [orders][heads] bucket sizes */
  readonly primes: readonly (readonly number[])[];
  /** [columns] first row of each bucket in the layer's table */
  readonly offsets: readonly number[];
  /** Rows of the layer's table: the sum of the primes. */
  readonly rows: number;
}

export interface NgramHash {
  readonly tables: readonly NgramTables[];
  /** (maxNgram - 1) * headsPerNgram */
  readonly columns: number;
  /**
   * Row of each column in the layer's one table.
   *
   * @param layerIndex - index into `tables`
   * @param ids - [T] compressed ids of one sequence from its start; DEAD_ID marks dead positions
   * @param from - first position wanted (default 0); earlier ids are history
   * @returns [T - from, columns] i32
   * @throws RangeError on an id outside 0 .. compressedVocab - 1 that is not DEAD_ID
   */
  rows(layerIndex: number, ids: Int32Array, from?: number): Int32Array;
  /** As `rows`, without the offsets: the index inside each bucket, as the paper's demo has it. */
  buckets(layerIndex: number, ids: Int32Array, from?: number): Int32Array;
}

/** 10007 in every release. */
const LAYER_SEED_STEP = 10007;
const INT64_MAX = (1n << 63n) - 1n;
/** Larger bucket sizes would not fit the float64 steps of `remainder`. */
const BUCKET_MAX = 2 ** 26;
const TWO_32 = 4294967296;
/** Rows are returned as int32. */
const ROWS_MAX = 2 ** 31;

/** 2 * integers(0, half) + 1 for each look-back, so that id * multiplier stays below 2^63. */
export function ngramMultipliers(
  config: Pick<NgramHashConfig, 'maxNgram' | 'compressedVocab' | 'seed'>,
  layer: number,
): bigint[] {
  const half = INT64_MAX / BigInt(config.compressedVocab) / 2n;
  const rng = new NumpyRng(config.seed + LAYER_SEED_STEP * layer);
  return Array.from({ length: config.maxNgram }, () => rng.integers(half) * 2n + 1n);
}

/** @throws RangeError when the configuration does not fit together */
export function createNgramHash(config: NgramHashConfig): NgramHash {
  checkConfig(config);
  const primes = tablePrimes(config.layerIds.length, config.vocabSizes, config.headsPerNgram);
  const tables = config.layerIds.map((layer, index): NgramTables => {
    const offsets: number[] = [];
    let rows = 0;
    for (const prime of primes[index].flat()) {
      offsets.push(rows);
      rows += prime;
    }
    if (rows >= ROWS_MAX) throw new RangeError(`layer ${layer}: expected fewer than ${ROWS_MAX} rows, got ${rows}`);
    return { layer, multipliers: ngramMultipliers(config, layer), primes: primes[index], offsets, rows };
  });
  const prepared = tables.map(prepare);
  const history = config.history ?? blockedHistory;
  const hash = (layerIndex: number, ids: Int32Array, from: number, withOffsets: boolean): Int32Array => {
    checkIds(ids, config.compressedVocab);
    return hashSequence(prepared[layerIndex], ids, { from, withOffsets, padId: config.padId, history });
  };
  return {
    tables,
    columns: (config.maxNgram - 1) * config.headsPerNgram,
    rows: (layerIndex, ids, from = 0) => hash(layerIndex, ids, from, true),
    buckets: (layerIndex, ids, from = 0) => hash(layerIndex, ids, from, false),
  };
}

function checkConfig(config: NgramHashConfig): void {
  const { maxNgram, vocabSizes, compressedVocab, padId } = config;
  if (!Number.isInteger(maxNgram) || maxNgram < 2)
    throw new RangeError(`maxNgram: expected an integer >= 2, got ${maxNgram}`);
  if (vocabSizes.length !== maxNgram - 1)
    throw new RangeError(
      `vocabSizes: expected ${maxNgram - 1} sizes (orders 2 .. ${maxNgram}), got ${vocabSizes.length}`,
    );
  for (const size of vocabSizes)
    if (!Number.isInteger(size) || size < 2 || size >= BUCKET_MAX / 2)
      throw new RangeError(`vocabSizes: expected integers from 2 to below ${BUCKET_MAX / 2}, got ${size}`);
  if (!Number.isInteger(padId) || padId < 0 || padId >= compressedVocab)
    throw new RangeError(`padId: expected 0 .. ${compressedVocab - 1}, got ${padId}`);
}

function checkIds(ids: Int32Array, compressedVocab: number): void {
  for (let t = 0; t < ids.length; t++)
    if (ids[t] >= compressedVocab || ids[t] < DEAD_ID)
      throw new RangeError(
        `compressed id at position ${t}: expected ${DEAD_ID} .. ${compressedVocab - 1}, got ${ids[t]}`,
      );
}

/** Multipliers as 16-bit and 31-bit pieces; buckets in column order with 2^32 mod size. */
interface Prepared {
  readonly low: readonly number[];
  readonly middle: readonly number[];
  readonly high: readonly number[];
  readonly heads: number;
  readonly sizes: readonly number[];
  readonly twoTo32: readonly number[];
  readonly offsets: readonly number[];
}

function prepare(tables: NgramTables): Prepared {
  const sizes = tables.primes.flat();
  return {
    low: tables.multipliers.map((m) => Number(m & 0xffffn)),
    middle: tables.multipliers.map((m) => Number((m >> 16n) & 0xffffn)),
    high: tables.multipliers.map((m) => Number(m >> 32n)),
    heads: tables.primes[0].length,
    sizes,
    twoTo32: sizes.map((size) => TWO_32 % size),
    offsets: tables.offsets,
  };
}

interface HashOptions {
  readonly from: number;
  readonly withOffsets: boolean;
  readonly padId: number;
  readonly history: NgramHistory;
}

/** mix_n = XOR over k < n of id[t - k] * multiplier[k]; each column is mix_n mod its bucket size. */
function hashSequence(p: Prepared, ids: Int32Array, options: HashOptions): Int32Array {
  const { from, withOffsets } = options;
  const columns = p.sizes.length;
  const out = new Int32Array(Math.max(0, ids.length - from) * columns);
  const window = new Int32Array(p.low.length);
  for (let t = from; t < ids.length; t++) {
    options.history(ids, t, window, options.padId);
    let mixHigh = 0;
    let mixLow = 0;
    for (let k = 0; k < window.length; k++) {
      // Every partial product is below 2^53, and the whole product below 2^63.
      const first = window[k] * p.low[k];
      const second = window[k] * p.middle[k] + Math.floor(first / 65536);
      mixLow ^= ((second & 0xffff) << 16) | (first & 0xffff);
      mixHigh ^= window[k] * p.high[k] + Math.floor(second / 65536);
      if (k === 0) continue;
      for (let head = 0; head < p.heads; head++) {
        const column = (k - 1) * p.heads + head;
        const size = p.sizes[column];
        const remainder = ((mixHigh % size) * p.twoTo32[column] + (mixLow >>> 0)) % size;
        out[(t - from) * columns + column] = withOffsets ? remainder + p.offsets[column] : remainder;
      }
    }
  }
  return out;
}
