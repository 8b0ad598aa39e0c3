/**
 * Fake quantisation in place: what a value becomes when it is stored in FP8 or FP4 and read back, without the codes.
 *
 * The rounding is done on the float32 bits: with a power-of-two scale, normal codes keep the top mantissa bits of x itself, and
 * only the subnormal range of the code needs the scale. The results are the same bits as encode, then decode, of the record
 * paths (`records/`), and are bf16 values. A NaN or infinity is an error, never a value.
 * Source: specification sections 3.2, 3.3 and 9.3 (the engine quantises for real).
 * @module
 */
import { MAGNITUDE_MASK, SIGN_MASK, INFINITY_BITS, powerOfTwo, wordsOf } from './float-bits.ts';
import type { ScaleRule } from './scale-rules.ts';
import { DEFAULT_SCALE_RULE, scaleExponentFp4MxOfBits, scaleExponentFp8OfBits } from './scale-rules.ts';

/** Adding and subtracting 1.5 * 2^52 units rounds a float64 to whole units, ties to even. */
const ROUNDING_UNITS = 1.5 * powerOfTwo(52);

/** The bits of the largest magnitude in words[from .. to). */
export function amaxBitsOf(words: Int32Array, from: number, to: number): number {
  let amax = 0;
  for (let i = from; i < to; i++) {
    const magnitude = words[i] & MAGNITUDE_MASK;
    if (magnitude > amax) amax = magnitude;
  }
  if (amax >= INFINITY_BITS) throw new RangeError(`quantise: NaN or infinity in elements ${from} .. ${to - 1}`);
  return amax;
}

/**
 * e4m3fn with one power-of-two scale per group of columns.
 *
 * @param x - f32, finite; x[from .. to) is changed
 * @param groupSize - columns per scale; the last group may be shorter
 * @throws RangeError when a group holds NaN or infinity
 */
export function fakeQuantFp8(
  x: Float32Array,
  from: number,
  to: number,
  groupSize: number,
  rule: ScaleRule = DEFAULT_SCALE_RULE,
): void {
  const words = wordsOf(x);
  for (let start = from; start < to; start += groupSize) {
    const end = Math.min(start + groupSize, to);
    const exponent = scaleExponentFp8OfBits(amaxBitsOf(words, start, end), rule);
    roundGroup(x, words, start, end, {
      droppedBits: 20,
      normalBits: (exponent - 6) << 23,
      step: powerOfTwo(exponent - 127 - 9),
    });
  }
}

/**
 * e2m1 with one power-of-two scale per group of columns (MX FP4).
 *
 * @param x - f32, finite; x[from .. to) is changed
 * @param groupSize - columns per scale; the last group may be shorter
 * @throws RangeError when a group holds NaN or infinity
 */
export function fakeQuantFp4Mx(x: Float32Array, from: number, to: number, groupSize: number): void {
  const words = wordsOf(x);
  for (let start = from; start < to; start += groupSize) {
    const end = Math.min(start + groupSize, to);
    const exponent = scaleExponentFp4MxOfBits(amaxBitsOf(words, start, end));
    roundGroup(x, words, start, end, {
      droppedBits: 22,
      normalBits: exponent << 23,
      step: powerOfTwo(exponent - 127 - 1),
    });
  }
}

interface Grid {
  /** Mantissa bits that a normal code does not keep. */
  readonly droppedBits: number;
  /** Bits of the smallest normal value times the scale. */
  readonly normalBits: number;
  /** The distance of subnormal values times the scale. */
  readonly step: number;
}

/** The scale rules are exact, so no |x| is above the format's largest value times the scale and nothing needs clamping. */
function roundGroup(x: Float32Array, words: Int32Array, from: number, to: number, grid: Grid): void {
  const { droppedBits, normalBits } = grid;
  const half = (1 << (droppedBits - 1)) - 1;
  const keep = -1 << droppedBits;
  const units = ROUNDING_UNITS * grid.step;
  for (let i = from; i < to; i++) {
    const magnitude = words[i] & MAGNITUDE_MASK;
    if (magnitude >= normalBits) {
      words[i] = (words[i] + half + ((magnitude >>> droppedBits) & 1)) & keep;
    } else {
      const sign = words[i] & SIGN_MASK;
      x[i] = Math.abs(x[i]) + units - units;
      words[i] |= sign;
    }
  }
}
