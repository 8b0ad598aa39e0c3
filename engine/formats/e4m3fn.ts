/**
 * e4m3fn: 1 sign, 4 exponent (bias 7), 3 mantissa bits; largest value 448, no infinity, NaN = 0x7F / 0xFF.
 *
 * Smallest normal 2^-6, subnormal step 2^-9. Every value up to the tie 464 rounds to a finite code (464 itself to 448, even).
 * Source: OCP 8-bit floating point; golden/codecs (ml_dtypes b793a6e2; saturating form = CUDA's SATFINITE).
 * @module
 */
import type { Codec, EncodeOptions } from './codec.ts';
import { decodeByTable } from './codec.ts';
import { f32Bits, INFINITY_BITS, MAGNITUDE_MASK, powerOfTwo, wordsOf } from './float-bits.ts';

export const E4M3_MAX = 448;
const MAX_CODE = 0x7e;
const NAN_CODE = 0x7f;
/** Bits of 464 = midpoint of 448 and the missing 480. */
const LAST_FINITE_BITS = 0x43e80000;
/** Bits of 2^-6. */
const NORMAL_BITS = 0x3c800000;
/** f32 exponent field e of a value in subnormal range: code = mantissa >> (SHIFT_BASE - e). */
const SHIFT_BASE = 141;

/** All 256 codes as f32; 0x7F and 0xFF are NaN. */
export const e4m3Values: Float32Array = Float32Array.from({ length: 256 }, (_, code) => {
  const exponent = (code >> 3) & 15;
  const mantissa = code & 7;
  if ((code & NAN_CODE) === NAN_CODE) return NaN;
  const magnitude = exponent === 0 ? mantissa * powerOfTwo(-9) : (8 + mantissa) * powerOfTwo(exponent - 10);
  return code & 0x80 ? -magnitude : magnitude;
});

/** The code of the magnitude bits of a finite value up to 464; shared with e4m3fnuz, whose grid is half of this one. */
export function roundMagnitude(magnitude: number): number {
  if (magnitude >= NORMAL_BITS) return ((magnitude + 0x7ffff + ((magnitude >>> 20) & 1)) >>> 20) - (120 << 3);
  const shift = SHIFT_BASE - (magnitude >>> 23);
  if (shift > 24) return 0;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  return (mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift;
}

function saturatingCode(bits: number): number {
  const magnitude = bits & MAGNITUDE_MASK;
  const sign = (bits >>> 24) & 0x80;
  if (magnitude <= LAST_FINITE_BITS) return sign | roundMagnitude(magnitude);
  return magnitude > INFINITY_BITS ? NAN_CODE : sign | MAX_CODE;
}

function nonSaturatingCode(bits: number): number {
  const magnitude = bits & MAGNITUDE_MASK;
  const sign = (bits >>> 24) & 0x80;
  return sign | (magnitude <= LAST_FINITE_BITS ? roundMagnitude(magnitude) : NAN_CODE);
}

/** The saturating code of one number. */
export const encodeE4m3One = (x: number): number => saturatingCode(f32Bits(x));

/** The nearest e4m3fn value, saturating at 448; NaN stays NaN. */
export const roundE4m3 = (x: number): number => e4m3Values[saturatingCode(f32Bits(x))];

/** @see Codec.encode */
export function encodeE4m3(values: Float32Array, options?: EncodeOptions): Uint8Array {
  const words = wordsOf(values);
  const codes = new Uint8Array(words.length);
  if (options?.overflow === 'nan') for (let i = 0; i < words.length; i++) codes[i] = nonSaturatingCode(words[i]);
  else for (let i = 0; i < words.length; i++) codes[i] = saturatingCode(words[i]);
  return codes;
}

/** @see Codec.decode */
export const decodeE4m3 = (codes: Uint8Array): Float32Array => decodeByTable(codes, e4m3Values);

export const e4m3fn: Codec<Uint8Array> = { name: 'e4m3fn', encode: encodeE4m3, decode: decodeE4m3 };
