/**
 * ue8m0: one byte e, value 2^(e - 127); 255 is NaN. A scale format: no sign, no zero, no infinity.
 *
 * `encode` rounds to the nearest power of two and gives 255 for what has no code (zero, negative numbers, infinities, NaN).
 * A tie (1.5 * 2^k) goes up: with no mantissa bit, the last place is the implicit one. Below 2^-126 it follows ml_dtypes: up to
 * 2^-127 gives code 0, all above gives code 1. Scale rules never use `encode`: they take a ceiling (`scale-rules.ts`).
 * Source: OCP MX 1.0; golden/codecs `e8m0fnu_nonsat`.
 * @module
 */
import type { Codec } from './codec.ts';
import { decodeByTable } from './codec.ts';
import { INFINITY_BITS, powerOfTwo, wordsOf } from './float-bits.ts';

const NAN_CODE = 255;
const SMALLEST_NORMAL_BITS = 0x00800000;
/** Half a power of two in mantissa bits; as bits on its own, 2^-127. */
const HALF_BINADE = 0x00400000;
export const UE8M0_BIAS = 127;

/** All 256 codes as f32; code 0 (2^-127) is a float32 subnormal. */
const ue8m0Values: Float32Array = Float32Array.from({ length: 256 }, (_, code) =>
  code === NAN_CODE ? NaN : powerOfTwo(code - UE8M0_BIAS),
);

function codeOf(bits: number): number {
  if (bits <= 0 || bits >= INFINITY_BITS) return NAN_CODE;
  if (bits < SMALLEST_NORMAL_BITS) return bits <= HALF_BINADE ? 0 : 1;
  return (bits + HALF_BINADE) >>> 23;
}

/** @see Codec.encode */
function encodeUe8m0(values: Float32Array): Uint8Array {
  const words = wordsOf(values);
  const codes = new Uint8Array(words.length);
  for (let i = 0; i < words.length; i++) codes[i] = codeOf(words[i]);
  return codes;
}

/** @see Codec.decode */
export const decodeUe8m0 = (codes: Uint8Array): Float32Array => decodeByTable(codes, ue8m0Values);

export const ue8m0: Codec<Uint8Array> = { name: 'ue8m0', encode: encodeUe8m0, decode: decodeUe8m0 };
