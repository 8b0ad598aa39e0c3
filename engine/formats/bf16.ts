/**
 * bf16: the upper half of a float32, rounded to nearest, ties to even.
 *
 * Overflow gives infinity, as IEEE rounding does; NaN becomes the quiet NaN 0x7FC0 with its sign.
 * @module
 */
import type { Codec } from './codec.ts';
import { f32Bits, f32FromBits, INFINITY_BITS, MAGNITUDE_MASK, SIGN_MASK, wordsOf } from './float-bits.ts';

const QUIET_NAN_BITS = 0x7fc00000;

/** The bits of the nearest bf16 value, as a float32 word. */
function roundWord(bits: number): number {
  if ((bits & MAGNITUDE_MASK) > INFINITY_BITS) return (bits & SIGN_MASK) | QUIET_NAN_BITS;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
}

/** The nearest bf16 value of f32(x). */
export const roundBf16 = (x: number): number => f32FromBits(roundWord(f32Bits(x)));

/** The bf16 code of f32(x). */
export const encodeBf16One = (x: number): number => roundWord(f32Bits(x)) >>> 16;

/** The value of one bf16 code. */
export const decodeBf16One = (code: number): number => f32FromBits(code << 16);

/** Rounds x[from .. to) to bf16 values in place. */
export function roundBf16InPlace(x: Float32Array, from = 0, to = x.length): void {
  const words = wordsOf(x);
  for (let i = from; i < to; i++) words[i] = roundWord(words[i]);
}

/** @see Codec.encode */
export function encodeBf16(values: Float32Array): Uint16Array {
  const words = wordsOf(values);
  const codes = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) codes[i] = roundWord(words[i]) >>> 16;
  return codes;
}

/** @see Codec.decode */
export function decodeBf16(codes: Uint16Array): Float32Array {
  const values = new Float32Array(codes.length);
  const words = wordsOf(values);
  for (let i = 0; i < codes.length; i++) words[i] = codes[i] << 16;
  return values;
}

export const bf16: Codec<Uint16Array> = { name: 'bf16', encode: encodeBf16, decode: decodeBf16 };
