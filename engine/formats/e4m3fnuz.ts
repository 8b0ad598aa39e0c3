/**
 * e4m3fnuz: 1 sign, 4 exponent (bias 8), 3 mantissa bits; largest value 240, no infinity, no negative zero, NaN = 0x80 alone.
 *
 * Its grid is half of e4m3fn's: the code of x is e4m3fn's rounding of 2x, up to the tie 248, which goes to the missing 256.
 * Used by AMD accelerators' FP8; here for checking files. Source: golden/codecs (ml_dtypes b793a6e2).
 * @module
 */
import type { Codec, EncodeOptions } from './codec.ts';
import { decodeByTable } from './codec.ts';
import { roundMagnitude } from './e4m3fn.ts';
import { MAGNITUDE_MASK, powerOfTwo, wordsOf } from './float-bits.ts';

const MAX_CODE = 0x7f;
const NAN_CODE = 0x80;
/** Bits of 248 = midpoint of 240 and the missing 256. */
const OVERFLOW_BITS = 0x43780000;
/** Bits of the smallest normal float32; everything below rounds to 0. */
const F32_NORMAL_BITS = 0x00800000;
/** Added to the bits of a normal float32: times two. */
const DOUBLE = 0x00800000;

const INFINITY_BITS = 0x7f800000;

const values: Float32Array = Float32Array.from({ length: 256 }, (_, code) => {
  if (code === NAN_CODE) return NaN;
  const exponent = (code >> 3) & 15;
  const mantissa = code & 7;
  const magnitude = exponent === 0 ? mantissa * powerOfTwo(-10) : (8 + mantissa) * powerOfTwo(exponent - 11);
  return code & 0x80 ? -magnitude : magnitude;
});

function encode(x: Float32Array, options?: EncodeOptions): Uint8Array {
  const saturate = options?.overflow !== 'nan';
  const words = wordsOf(x);
  const codes = new Uint8Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const magnitude = words[i] & MAGNITUDE_MASK;
    const sign = (words[i] >>> 24) & 0x80;
    if (magnitude < OVERFLOW_BITS) {
      const code = magnitude < F32_NORMAL_BITS ? 0 : roundMagnitude(magnitude + DOUBLE);
      codes[i] = code === 0 ? 0 : sign | code;
    } else codes[i] = saturate && magnitude <= INFINITY_BITS ? sign | MAX_CODE : NAN_CODE;
  }
  return codes;
}

export const e4m3fnuz: Codec<Uint8Array> = {
  name: 'e4m3fnuz',
  encode,
  decode: (codes) => decodeByTable(codes, values),
};
