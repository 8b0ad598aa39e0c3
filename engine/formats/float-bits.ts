/**
 * The bits of one float32 number, and exact powers of two.
 *
 * `2 ** k` is `Math.pow`, whose bits differ between runtimes, so powers of two come from a table built by doubling and halving.
 * The scratch words are 32 bits wide, so the byte order of the machine does not matter.
 * @module
 */
const scratchF32 = new Float32Array(1);
const scratchI32 = new Int32Array(scratchF32.buffer);

export const SIGN_MASK = -0x80000000;
export const MAGNITUDE_MASK = 0x7fffffff;
export const INFINITY_BITS = 0x7f800000;

/** The bits of f32(x) as a signed 32-bit integer. */
export function f32Bits(x: number): number {
  scratchF32[0] = x;
  return scratchI32[0];
}

/** The float32 number with these bits. */
export function f32FromBits(bits: number): number {
  scratchI32[0] = bits;
  return scratchF32[0];
}

/** The words of a float32 array, sharing its memory. */
export const wordsOf = (x: Float32Array): Int32Array => new Int32Array(x.buffer, x.byteOffset, x.length);

const POWER_MIN = -1074;
const POWER_MAX = 1023;
const powersOfTwo = new Float64Array(POWER_MAX - POWER_MIN + 1);
for (let k = 0, up = 1; k <= POWER_MAX; k++, up *= 2) powersOfTwo[k - POWER_MIN] = up;
for (let k = -1, down = 0.5; k >= POWER_MIN; k--, down /= 2) powersOfTwo[k - POWER_MIN] = down;

/** 2^k, exact. @param k - integer, -1074 .. 1023 */
export const powerOfTwo = (k: number): number => powersOfTwo[k - POWER_MIN];
