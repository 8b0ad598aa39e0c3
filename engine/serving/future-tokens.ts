/**
 * Where a sampled token lies until the next step takes it as its input.
 *
 * A serving loop that plans step n + 1 while step n still runs refers to tokens that are not there yet by a place. The places are reused,
 * so a place must not be given out again before its token was taken. One per slot is enough: a slot awaits one token at a time.
 * Source: SGLang's overlap scheduler keeps a ring of such places, and a ring too small hands out tokens of other requests
 * (sgl-project/sglang-jax#1487).
 * @module
 */

export interface FutureTokens {
  /** @returns the place of the token */
  put(slot: number, token: number): number;
  take(place: number): number;
}

export function createFutureTokens(slots: number): FutureTokens {
  const tokens = new Int32Array(slots);
  return {
    put(slot, token) {
      tokens[slot] = token;
      return slot;
    },
    take: (place) => tokens[place],
  };
}
