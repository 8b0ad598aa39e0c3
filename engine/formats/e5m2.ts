/**
 * e5m2: 1 sign, 5 exponent (bias 15), 2 mantissa bits; largest value 57344, infinity 0x7C, NaN 0x7D..0x7F.
 *
 * Smallest normal 2^-14, subnormal step 2^-16; 61440 is the tie between 57344 and overflow, and goes to overflow (even).
 * Source: OCP 8-bit floating point; golden/codecs (ml_dtypes b793a6e2; saturating form = CUDA's SATFINITE).
 * @module
 */
import type { Codec, EncodeOptions } from './codec.ts';
import { decodeByTable } from './codec.ts';
import { f32Bits, INFINITY_BITS, MAGNITUDE_MASK, powerOfTwo, wordsOf } from './float-bits.ts';

const MAX_CODE = 0x7b;
const INFINITY_CODE = 0x7c;
const NAN_CODE = 0x7e;
const NAN_CODE_SATURATING = 0x7f;
/** Bits of 61440: from here on the value overflows. */
const OVERFLOW_BITS = 0x47700000;
/** Bits of 2^-14. */
const NORMAL_BITS = 0x38800000;
/** f32 exponent field e of a value in subnormal range: code = mantissa >> (SHIFT_BASE - e). */
const SHIFT_BASE = 134;

/** All 256 codes as f32. */
export const e5m2Values: Float32Array = Float32Array.from({ length: 256 }, (_, code) => {
  const exponent = (code >> 2) & 31;
  const mantissa = code & 3;
  const sign = code & 0x80 ? -1 : 1;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * powerOfTwo(-16) : (4 + mantissa) * powerOfTwo(exponent - 17));
});

/** The code of the magnitude bits of a value below 61440. */
function roundMagnitude(magnitude: number): number {
  if (magnitude >= NORMAL_BITS) return ((magnitude + 0xfffff + ((magnitude >>> 21) & 1)) >>> 21) - (112 << 2);
  const shift = SHIFT_BASE - (magnitude >>> 23);
  if (shift > 24) return 0;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  return (mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift;
}

function saturatingCode(bits: number): number {
  const magnitude = bits & MAGNITUDE_MASK;
  const sign = (bits >>> 24) & 0x80;
  if (magnitude < OVERFLOW_BITS) return sign | roundMagnitude(magnitude);
  return magnitude > INFINITY_BITS ? NAN_CODE_SATURATING : sign | MAX_CODE;
}

function nonSaturatingCode(bits: number): number {
  const magnitude = bits & MAGNITUDE_MASK;
  const sign = (bits >>> 24) & 0x80;
  if (magnitude < OVERFLOW_BITS) return sign | roundMagnitude(magnitude);
  return sign | (magnitude > INFINITY_BITS ? NAN_CODE : INFINITY_CODE);
}

/** The saturating code of one number. */
export const encodeE5m2One = (x: number): number => saturatingCode(f32Bits(x));

/** `overflow: 'nan'` means the format's own overflow: infinity. @see Codec.encode */
function encodeE5m2(values: Float32Array, options?: EncodeOptions): Uint8Array {
  const words = wordsOf(values);
  const codes = new Uint8Array(words.length);
  if (options?.overflow === 'nan') for (let i = 0; i < words.length; i++) codes[i] = nonSaturatingCode(words[i]);
  else for (let i = 0; i < words.length; i++) codes[i] = saturatingCode(words[i]);
  return codes;
}

/** @see Codec.decode */
const decodeE5m2 = (codes: Uint8Array): Float32Array => decodeByTable(codes, e5m2Values);

export const e5m2: Codec<Uint8Array> = { name: 'e5m2', encode: encodeE5m2, decode: decodeE5m2 };
