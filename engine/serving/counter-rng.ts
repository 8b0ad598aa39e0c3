/**
 * Counter-based random numbers for sampling: Philox4x32-10. Number i of a seed depends on (seed, i) alone, so a request draws the
 * same numbers whatever its neighbours, its row or its restarts.
 *
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC'11); constants from the paper.
 * @module
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const WEYL0 = 0x9e3779b9;
const WEYL1 = 0xbb67ae85;
const ROUNDS = 10;

/** High and low 32 bits of the product of two 32-bit integers. */
function multiply(a: number, b: number): [number, number] {
  const product = BigInt(a >>> 0) * BigInt(b >>> 0);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}

/** The four 32-bit words of one block. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [hi0, lo0] = multiply(M0, c0);
    const [hi1, lo1] = multiply(M1, c2);
    [c0, c1, c2, c3] = [(hi1 ^ c1 ^ k0) >>> 0, lo1, (hi0 ^ c3 ^ k1) >>> 0, lo0];
    k0 = (k0 + WEYL0) >>> 0;
    k1 = (k1 + WEYL1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Uniform in [0, 1) with 24 bits: draw number `index` of `seed` (an integer below 2^53). */
export function uniformAt(seed: number, index: number): number {
  const high = Math.floor(seed / 0x100000000) >>> 0;
  const [word] = philox([index >>> 0, 0, 0, 0], [seed >>> 0, high]);
  return (word >>> 8) / 0x1000000;
}
