/**
 * e2m1 (fp4): sign and the grid {0, 0.5, 1, 1.5, 2, 3, 4, 6}; bit 3 is the sign; one code per byte, or packed two to a byte.
 *
 * Ties go to the even code (0.25 -> 0, 0.75 -> 1, 1.25 -> 1, 1.75 -> 2, 2.5 -> 2, 3.5 -> 4, 5 -> 4); overflow and infinity give 6.
 * There is no NaN. A NaN input gives a zero of the opposite sign, as ml_dtypes does: callers that must not lose a NaN check first
 * (records and fake quantisation throw).
 * Packing: even column in the low nibble, odd column in the high nibble.
 * Source: OCP MX 1.0; golden/codecs.
 * @module
 */
import type { Codec } from './codec.ts';
import { decodeByTable } from './codec.ts';
import { f32Bits, INFINITY_BITS, MAGNITUDE_MASK, wordsOf } from './float-bits.ts';

export const E2M1_MAX = 6;
const MAX_CODE = 7;
/** Bits of 5: the tie between 4 and 6 goes down, everything above is 6. */
const LAST_FOUR_BITS = 0x40a00000;
/** Bits of 1: the smallest normal. */
const NORMAL_BITS = 0x3f800000;
/** Bits of 0.25 (tie, goes to 0) and 0.75 (tie, goes to 1). */
const QUARTER_BITS = 0x3e800000;
const THREE_QUARTERS_BITS = 0x3f400000;

/** All 16 codes as f32. */
// prettier-ignore
export const e2m1Values: Float32Array = new Float32Array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6]);

function codeOf(bits: number): number {
  const magnitude = bits & MAGNITUDE_MASK;
  const sign = (bits >>> 28) & 8;
  if (magnitude > LAST_FOUR_BITS) return magnitude > INFINITY_BITS ? sign ^ 8 : sign | MAX_CODE;
  if (magnitude >= NORMAL_BITS) return sign | (((magnitude + 0x1fffff + ((magnitude >>> 22) & 1)) >>> 22) - (126 << 1));
  return sign | (magnitude <= QUARTER_BITS ? 0 : magnitude < THREE_QUARTERS_BITS ? 1 : 2);
}

/** The code of one number. */
export const encodeE2m1One = (x: number): number => codeOf(f32Bits(x));

/** The nearest e2m1 value, saturating at 6. @param x - not NaN */
export const roundE2m1 = (x: number): number => e2m1Values[codeOf(f32Bits(x))];

/** One code per byte; saturates whatever the option says. @see Codec.encode */
export function encodeE2m1(values: Float32Array): Uint8Array {
  const words = wordsOf(values);
  const codes = new Uint8Array(words.length);
  for (let i = 0; i < words.length; i++) codes[i] = codeOf(words[i]);
  return codes;
}

/** Reads the low nibble of each byte. @see Codec.decode */
const decodeE2m1 = (codes: Uint8Array): Float32Array => decodeByTable(codes, e2m1Values);

/**
 * @param codes - [n] one code per byte, n even
 * @returns [n / 2]
 * @throws RangeError when n is odd
 */
export function packE2m1(codes: Uint8Array): Uint8Array {
  if (codes.length % 2 !== 0) throw new RangeError(`packE2m1: expected an even number of codes, got ${codes.length}`);
  const packed = new Uint8Array(codes.length / 2);
  for (let i = 0; i < packed.length; i++) packed[i] = (codes[2 * i] & 15) | ((codes[2 * i + 1] & 15) << 4);
  return packed;
}

/** @param packed - [n / 2] @returns [n] codes, one per byte */
export function unpackE2m1Codes(packed: Uint8Array): Uint8Array {
  const codes = new Uint8Array(packed.length * 2);
  for (let i = 0; i < packed.length; i++) {
    codes[2 * i] = packed[i] & 15;
    codes[2 * i + 1] = packed[i] >> 4;
  }
  return codes;
}

/** @param packed - [n / 2] @returns [n] f32 values */
export function unpackE2m1(packed: Uint8Array): Float32Array {
  const values = new Float32Array(packed.length * 2);
  for (let i = 0; i < packed.length; i++) {
    values[2 * i] = e2m1Values[packed[i] & 15];
    values[2 * i + 1] = e2m1Values[packed[i] >> 4];
  }
  return values;
}

export const e2m1: Codec<Uint8Array> = { name: 'e2m1', encode: encodeE2m1, decode: decodeE2m1 };
