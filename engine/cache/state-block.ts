/**
 * One request's attention state: window ring, compressed entries, and the compressors' uncompressed tails, per layer.
 *
 * It depends only on the tokens of its request up to the current position. Blocks come from a fixed pool and are used again;
 * `resetState` must leave nothing of the request before that a later read could see.
 * Source: specification sections 7.3, 7.4 and 10.1.
 * @module
 */

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

/** Finished compressed entries, in order: entry i covers tokens i * ratio .. (i + 1) * ratio - 1. */
export interface EntryList {
  readonly dim: number;
  /** [capacity, dim] f32 as the record decodes it */
  data: Float32Array;
  count: number;
}

export interface LayerState {
  /** [windowSize, headDim] f32; the row of a token is position mod windowSize */
  readonly ring: Float32Array;
  readonly compressor: CompressorState | null;
  readonly entries: EntryList | null;
  readonly indexCompressor: CompressorState | null;
  readonly indexEntries: EntryList | null;
}

export interface StateBlock {
  readonly layers: readonly LayerState[];
  /** Tokens seen so far. */
  length: number;
}

export interface LayerStateShape {
  readonly ratio: number;
  readonly headDim: number;
  readonly windowSize: number;
  /** null where the layer has no indexer */
  readonly indexDim: number | null;
}

const FIRST_ENTRIES = 16;

export function createStateBlock(shapes: readonly LayerStateShape[]): StateBlock {
  const block: StateBlock = { layers: shapes.map(createLayerState), length: 0 };
  resetState(block);
  return block;
}

function createLayerState(shape: LayerStateShape): LayerState {
  const { ratio, headDim, windowSize, indexDim } = shape;
  return {
    ring: new Float32Array(windowSize * headDim),
    compressor: ratio > 0 ? createCompressorState(ratio, headDim) : null,
    entries: ratio > 0 ? createEntryList(headDim) : null,
    indexCompressor: indexDim === null ? null : createCompressorState(ratio, indexDim),
    indexEntries: indexDim === null ? null : createEntryList(indexDim),
  };
}

function createCompressorState(ratio: number, dim: number): CompressorState {
  const widthFactor = ratio === 4 ? 2 : 1;
  const size = widthFactor * ratio * widthFactor * dim;
  return { ratio, widthFactor, dim, values: new Float32Array(size), scores: new Float32Array(size) };
}

function createEntryList(dim: number): EntryList {
  return { dim, data: new Float32Array(FIRST_ENTRIES * dim), count: 0 };
}

/** Adds one entry; the list grows by doubling. */
export function appendEntry(list: EntryList, entry: Float32Array): void {
  if ((list.count + 1) * list.dim > list.data.length) {
    const larger = new Float32Array(list.data.length * 2);
    larger.set(list.data);
    list.data = larger;
  }
  list.data.set(entry, list.count * list.dim);
  list.count++;
}

/** How a block is made ready for its next request: a part of the engine, so that a faulty one can be put in its place. */
export type StateReset = (block: StateBlock) => void;

/** The correct reset: positions, entries, ring and compressor tails. */
export const resetState: StateReset = (block) => {
  resetPositions(block);
  resetCompressors(block);
};

/** Forgets positions, compressed entries and window rows. */
export function resetPositions(block: StateBlock): void {
  block.length = 0;
  for (const layer of block.layers) {
    layer.ring.fill(0);
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

/** An independent copy: the same request, continued in another way (scoring given tokens after a prompt). */
export function copyState(block: StateBlock): StateBlock {
  return { layers: block.layers.map(copyLayer), length: block.length };
}

function copyLayer(layer: LayerState): LayerState {
  const entries = (list: EntryList | null): EntryList | null => list && { ...list, data: list.data.slice() };
  const compressor = (state: CompressorState | null): CompressorState | null =>
    state && { ...state, values: state.values.slice(), scores: state.scores.slice() };
  return {
    ring: layer.ring.slice(),
    compressor: compressor(layer.compressor),
    entries: entries(layer.entries),
    indexCompressor: compressor(layer.indexCompressor),
    indexEntries: entries(layer.indexEntries),
  };
}
