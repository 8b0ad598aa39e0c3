/**
 * Arena: where a step's activations lie. Numbers are taken from the top and given back all at once, so that a step in steady state
 * allocates nothing.
 * @module
 */

export interface Arena {
  /** [count] f32, not cleared; valid until what was marked before is released. */
  floats(count: number): Float32Array;
  /** [count] i32, not cleared. */
  ints(count: number): Int32Array;
  /** The present top. */
  mark(): number;
  /** Gives back everything taken since the mark. */
  release(mark: number): void;
}

/** [count] f32, all zero. */
export const zeros = (arena: Arena, count: number): Float32Array => arena.floats(count).fill(0);

/** [count] bytes, all zero. */
export function zeroBytes(arena: Arena, count: number): Uint8Array {
  const words = arena.ints(Math.ceil(count / 4)).fill(0);
  return new Uint8Array(words.buffer, words.byteOffset, count);
}

/** Runs work and gives back what it took, also when it throws. Nothing that it took may be used afterwards. */
export function scoped<T>(arena: Arena, work: () => T): T {
  const mark = arena.mark();
  try {
    return work();
  } finally {
    arena.release(mark);
  }
}

/** An arena of ordinary arrays: every one is new. */
export const plainArena: Arena = {
  floats: (count) => new Float32Array(count),
  ints: (count) => new Int32Array(count),
  mark: () => 0,
  release: () => undefined,
};
