/**
 * What each slot's sampler is restricted to. Rows are cleared when a slot is given up: the next request starts without a mask.
 * @module
 */

export interface SamplingRows {
  /** @param allowed - the tokens that may be produced; null = all */
  place(slot: number, allowed: readonly number[] | null): void;
  clear(slot: number): void;
  /** The logits to sample from: the same array, or a copy with -Infinity outside the mask. */
  masked(slot: number, logits: Float32Array): Float32Array;
}

export function createSamplingRows(): SamplingRows {
  const masks = new Map<number, readonly number[]>();
  return {
    place(slot, allowed) {
      if (allowed !== null) masks.set(slot, allowed);
    },
    clear: (slot) => void masks.delete(slot),
    masked(slot, logits) {
      const allowed = masks.get(slot);
      if (allowed === undefined) return logits;
      const out = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY);
      for (const id of allowed) out[id] = logits[id];
      return out;
    },
  };
}
