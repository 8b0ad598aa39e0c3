/**
 * The state cache as bytes: window rings, compressor tails and memory history at one position, to be restored later or elsewhere.
 *
 * Pages are not in it; a snapshot and the pages up to its position are together everything that a request needs to go on. The size
 * depends on the model alone, not on the length. Source: specification sections 10.1 and 10.2.
 * @module
 */
import type { RecordTag } from './audit.ts';
import type { CompressorState, StateBlock } from './state-block.ts';
import { setEntryCounts } from './state-block.ts';

type Region = Uint8Array;

const bytesOf = (array: Float32Array): Region => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The live byte regions of a block, in a fixed order. Native byte order: a snapshot never leaves the machine. */
export function stateRegions(block: StateBlock): Region[] {
  const compressor = (state: CompressorState | null): Region[] =>
    state === null ? [] : [bytesOf(state.values), bytesOf(state.scores)];
  return block.layers
    .filter(({ draft }) => !draft)
    .flatMap((layer) => [layer.ring.bytes, ...compressor(layer.compressor), ...compressor(layer.indexCompressor)]);
}

/** Bytes of a snapshot of this model's state. */
export function snapshotBytes(block: StateBlock): number {
  return stateRegions(block).reduce((sum, r) => sum + r.length, 0) + (block.memory?.stateBytes ?? 0);
}

/** @returns [snapshotBytes] */
export function saveState(block: StateBlock): Uint8Array {
  const out = new Uint8Array(snapshotBytes(block));
  let at = 0;
  for (const region of stateRegions(block)) {
    out.set(region, at);
    at += region.length;
  }
  block.memory?.save(out.subarray(at));
  return out;
}

/**
 * Puts a snapshot taken at `length` tokens into a block whose pages cover at least as many.
 *
 * @throws RangeError when the snapshot has another size
 */
export function restoreState(
  block: StateBlock,
  snapshot: Uint8Array,
  length: number,
  tagOf: ((position: number) => RecordTag) | null,
): void {
  const bytes = snapshotBytes(block);
  if (snapshot.length !== bytes)
    throw new RangeError(`state snapshot: expected ${bytes} bytes, got ${snapshot.length}`);
  let at = 0;
  for (const layer of block.layers.filter(({ draft }) => !draft)) {
    layer.ring.restore(snapshot.subarray(at, at + layer.ring.bytes.length), length, tagOf);
    at += layer.ring.bytes.length;
    for (const state of [layer.compressor, layer.indexCompressor])
      for (const array of state === null ? [] : [state.values, state.scores]) {
        bytesOf(array).set(snapshot.subarray(at, at + array.byteLength));
        at += array.byteLength;
      }
  }
  block.memory?.restore(snapshot.subarray(at));
  block.length = length;
  setEntryCounts(block, length);
}
