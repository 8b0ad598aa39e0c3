/**
 * f16 (IEEE binary16): 1 sign, 5 exponent (bias 15), 10 mantissa bits, rounded to nearest, ties to even.
 *
 * Overflow gives infinity, as IEEE rounding does; NaN becomes the quiet NaN 0x7E00 with its sign.
 * @module
 */
import type { Codec } from './codec.ts';
import { INFINITY_BITS, MAGNITUDE_MASK, powerOfTwo, wordsOf } from './float-bits.ts';

const INFINITY_CODE = 0x7c00;
const NAN_CODE = 0x7e00;
/** Bits of 65520: the tie between 65504 and overflow, goes to overflow (even). */
const OVERFLOW_BITS = 0x477ff000;
/** Bits of 2^-14. */
const NORMAL_BITS = 0x38800000;
/** f32 exponent field e of a value in subnormal range: code = mantissa >> (SHIFT_BASE - e). */
const SHIFT_BASE = 126;

function codeOf(bits: number): number {
  const magnitude = bits & MAGNITUDE_MASK;
  const sign = (bits >>> 16) & 0x8000;
  if (magnitude >= OVERFLOW_BITS) return sign | (magnitude > INFINITY_BITS ? NAN_CODE : INFINITY_CODE);
  if (magnitude >= NORMAL_BITS) return sign | (((magnitude + 0xfff + ((magnitude >>> 13) & 1)) >>> 13) - (112 << 10));
  const shift = SHIFT_BASE - (magnitude >>> 23);
  if (shift > 24) return sign;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  return sign | ((mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift);
}

/** The value of one f16 code. */
export function decodeF16One(code: number): number {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const mantissa = code & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * powerOfTwo(-24) : (1024 + mantissa) * powerOfTwo(exponent - 25));
}

/** @see Codec.encode */
function encodeF16(values: Float32Array): Uint16Array {
  const words = wordsOf(values);
  const codes = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) codes[i] = codeOf(words[i]);
  return codes;
}

/** @see Codec.decode */
function decodeF16(codes: Uint16Array): Float32Array {
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = decodeF16One(codes[i]);
  return values;
}

export const f16: Codec<Uint16Array> = { name: 'f16', encode: encodeF16, decode: decodeF16 };
