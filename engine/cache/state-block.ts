/**
 * One request's attention state: window rings, the compressors' uncompressed tails, and the pages of its compressed entries.
 *
 * It depends only on the tokens of its request up to the current position. Blocks come from a fixed pool and are used again;
 * `resetState` must leave nothing of the request before that a later read could see.
 * Source: specification sections 7.3, 7.4 and 10.1.
 * @module
 */
import { AuditTable, TokenHashes } from './audit.ts';
import { EntryList } from './entry-list.ts';
import type { StateJournal } from './journal.ts';
import type { LayerShape } from './page-layout.ts';
import type { HotPage, PagePool } from './page-pool.ts';
import { WindowRing } from './window-ring.ts';

/** State of one compressor: the tokens of the unfinished window (and, with overlap, of the window before it). */
export interface CompressorState {
  readonly ratio: number;
  /** 2 with overlap (ratio 4), else 1. */
  readonly widthFactor: 1 | 2;
  readonly dim: number;
  /** [widthFactor * ratio, widthFactor * dim] f32; 0 at the start */
  readonly values: Float32Array;
  /** As values; -Infinity at the start */
  readonly scores: Float32Array;
}

export interface LayerState {
  readonly draft: boolean;
  readonly ring: WindowRing;
  readonly compressor: CompressorState | null;
  readonly entries: EntryList | null;
  readonly indexCompressor: CompressorState | null;
  readonly indexEntries: EntryList | null;
}

/** Extra state of a layer outside attention (conditional memory), opaque here. */
export interface ExtraState {
  reset(): void;
  /** The state before position tokenIds.length, made from the tokens alone as far as that is possible. */
  seed(tokenIds: Int32Array): void;
  readonly stateBytes: number;
  save(bytes: Uint8Array): void;
  restore(bytes: Uint8Array): void;
}

export interface StateBlock {
  readonly layers: readonly LayerState[];
  /** The pages of the request, in order of position; owned by whoever gives them. */
  readonly pages: HotPage[];
  /** Tokens seen so far. */
  length: number;
  /** First position whose window row may be there: later than 0 after a restore that replays from the middle. */
  windowStart: number;
  /** Set during speculative steps: every write is logged there first. */
  journal: StateJournal | null;
  /** Hashes of the tokens seen; null outside audit mode. */
  readonly tokenHashes: TokenHashes | null;
  /** State of the conditional memory; null when there is none. */
  readonly memory: ExtraState | null;
}

export interface StateShape {
  readonly layers: readonly LayerShape[];
  readonly createMemory: (() => ExtraState) | null;
}

export function createStateBlock(shape: StateShape, pool: PagePool): StateBlock {
  const pages: HotPage[] = [];
  const block: StateBlock = {
    layers: shape.layers.map((layer, index) => createLayerState(layer, index, pool, pages)),
    pages,
    length: 0,
    windowStart: 0,
    journal: null,
    tokenHashes: pool.audit ? new TokenHashes() : null,
    memory: shape.createMemory?.() ?? null,
  };
  resetState(block);
  return block;
}

function createLayerState(shape: LayerShape, layer: number, pool: PagePool, pages: readonly HotPage[]): LayerState {
  const { ratio, headDim, windowSize, indexDim } = shape;
  const list = (kind: 'kv' | 'index-key'): EntryList | null => {
    const section = pool.layout.sections.find((s) => s.layer === layer && s.kind === kind);
    return section === undefined ? null : new EntryList(section, pages, (page) => pool.isCurrent(page));
  };
  return {
    draft: shape.draft,
    ring: new WindowRing(
      layer,
      pool.layout.records.window,
      windowSize,
      pool.audit ? new AuditTable(windowSize) : null,
      pool.memory,
    ),
    compressor: ratio > 0 ? createCompressorState(ratio, headDim) : null,
    entries: list('kv'),
    indexCompressor: indexDim === null ? null : createCompressorState(ratio, indexDim),
    indexEntries: list('index-key'),
  };
}

function createCompressorState(ratio: number, dim: number): CompressorState {
  const widthFactor = ratio === 4 ? 2 : 1;
  const size = widthFactor * ratio * widthFactor * dim;
  return { ratio, widthFactor, dim, values: new Float32Array(size), scores: new Float32Array(size) };
}

/** How a block is made ready for its next request: a part of the engine, so that a faulty one can be put in its place. */
export type StateReset = (block: StateBlock) => void;

/** The correct reset: positions, entries, window, memory and compressor tails. */
export const resetState: StateReset = (block) => {
  resetPositions(block);
  resetCompressors(block);
};

/** Forgets positions, compressed entries, window rows and the memory's history. */
export function resetPositions(block: StateBlock): void {
  block.length = 0;
  block.windowStart = 0;
  block.journal = null;
  block.pages.length = 0;
  block.tokenHashes?.truncate(0);
  block.memory?.reset();
  for (const layer of block.layers) {
    layer.ring.clear();
    if (layer.entries !== null) layer.entries.count = 0;
    if (layer.indexEntries !== null) layer.indexEntries.count = 0;
  }
}

/** Empties the compressors' tails: values 0, scores -Infinity (so that an unwritten slot has weight 0). */
export function resetCompressors(block: StateBlock): void {
  for (const layer of block.layers)
    for (const state of [layer.compressor, layer.indexCompressor]) {
      state?.values.fill(0);
      state?.scores.fill(Number.NEGATIVE_INFINITY);
    }
}

/** Gives the block pages for its first `tokens` tokens; false when `allocate` has none left. */
export function ensurePages(
  block: StateBlock,
  pageTokens: number,
  tokens: number,
  allocate: () => HotPage | null,
): boolean {
  while (block.pages.length * pageTokens < tokens) {
    const page = allocate();
    if (page === null) return false;
    block.pages.push(page);
  }
  return true;
}

/** Number of compressed entries that `length` tokens make, set on every list: used when pages are restored. */
export function setEntryCounts(block: StateBlock, length: number): void {
  for (const { entries, indexEntries } of block.layers)
    for (const list of [entries, indexEntries]) if (list !== null) list.count = Math.floor(length / list.section.ratio);
}
