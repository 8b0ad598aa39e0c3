/**
 * Scale rules: from the largest magnitude of a group to its scale, by exact bit steps (no logarithm).
 *
 * FP8 has two rules in the field. `amax-floor` (production and official code): s = 2^ceil(log2(max(amax, 1e-4) / 448)).
 * `scale-floor` (FlashMLA's test quantiser): s = 2^ceil(log2(max(amax / 448, 1e-4))). They differ for amax <= 448 * 2^-14.
 * Dividing by 448, multiplying by f32(1/448) and the exact comparison used here give the same exponent for every float32;
 * a float32 log2 (FlashMLA's tests) is one exponent lower for some inputs 1-2 ulp above 448 * 2^k.
 * Source: specification sections 3.2 and 3.3; DeepGEMM `ceil_to_ue8m0`; golden/ue8m0.
 * @module
 */
import { encodeE4m3One, e4m3Values } from './e4m3fn.ts';
import { E2M1_MAX } from './e2m1.ts';
import { f32Bits, powerOfTwo } from './float-bits.ts';
import { UE8M0_BIAS } from './ue8m0.ts';

export type ScaleRule = 'amax-floor' | 'scale-floor';
export const DEFAULT_SCALE_RULE: ScaleRule = 'amax-floor';

/** f32(1e-4), the floor of both FP8 rules. */
const FLOOR_BITS = 0x38d1b717;
/** The exponent byte of 2^-13, the first power of two above 1e-4. */
const SCALE_FLOOR_EXPONENT = 114;
/** 448 = 1.75 * 2^8 and 6 = 1.5 * 2^2: exponent and mantissa bits. */
const FP8_MAX_EXPONENT = 8;
const FP8_MAX_MANTISSA = 0x600000;
const FP4_MAX_EXPONENT = 2;
const FP4_MAX_MANTISSA = 0x400000;
/** Bits of 6 * 2^-126. */
const FP4_FLOOR_BITS = 0x01c00000;
/** 6 * 2^-9: below it the NVFP4 scale would be zero. */
const NVFP4_FLOOR = E2M1_MAX * powerOfTwo(-9);

/** Exponent byte of the smallest power of two s with amax <= 448 * s, for the bits of a normal amax >= 2^-118. */
const fp8Exponent = (bits: number): number =>
  (bits >>> 23) - FP8_MAX_EXPONENT + ((bits & 0x7fffff) > FP8_MAX_MANTISSA ? 1 : 0);

/** As `scaleExponentFp8`, from the bits of amax. */
export function scaleExponentFp8OfBits(amaxBits: number, rule: ScaleRule): number {
  if (rule === 'amax-floor') return fp8Exponent(amaxBits > FLOOR_BITS ? amaxBits : FLOOR_BITS);
  const exponent = fp8Exponent(amaxBits);
  return exponent > SCALE_FLOOR_EXPONENT ? exponent : SCALE_FLOOR_EXPONENT;
}

/** As `scaleExponentFp4Mx`, from the bits of amax. */
export function scaleExponentFp4MxOfBits(amaxBits: number): number {
  const bits = amaxBits > FP4_FLOOR_BITS ? amaxBits : FP4_FLOOR_BITS;
  return (bits >>> 23) - FP4_MAX_EXPONENT + ((bits & 0x7fffff) > FP4_MAX_MANTISSA ? 1 : 0);
}

/**
 * The FP8 scale of a group.
 *
 * @param amax - largest magnitude, finite, not negative
 * @returns ue8m0 byte e; scale = 2^(e - 127)
 */
export const scaleExponentFp8 = (amax: number, rule: ScaleRule = DEFAULT_SCALE_RULE): number =>
  scaleExponentFp8OfBits(f32Bits(amax), rule);

/** The MX FP4 scale of a group: 2^ceil(log2(max(amax, 6 * 2^-126) / 6)). @returns ue8m0 byte */
export const scaleExponentFp4Mx = (amax: number): number => scaleExponentFp4MxOfBits(f32Bits(amax));

/** The scale of a ue8m0 byte: 2^(e - 127). @param exponent - 0 .. 254 */
export const scaleOfExponent = (exponent: number): number => powerOfTwo(exponent - UE8M0_BIAS);

/** The NVFP4 scale of a group of 16: the e4m3 code of max(amax, 6 * 2^-9) / 6, saturating at 448; there is no global scale. */
export const scaleCodeNvfp4 = (amax: number): number =>
  encodeE4m3One(Math.fround(Math.max(amax, NVFP4_FLOOR)) / E2M1_MAX);

/** The value of an NVFP4 scale code. */
export const scaleOfCodeNvfp4 = (code: number): number => e4m3Values[code];

/** DeepGEMM's `ceil_to_ue8m0`: the smallest power of two at or above x, as a byte clamped to 1 .. 254. @param x - f32, not negative */
export function ceilToUe8m0(x: number): number {
  const bits = f32Bits(x);
  const exponent = (bits >>> 23) + ((bits & 0x7fffff) !== 0 ? 1 : 0);
  return Math.min(Math.max(exponent, 1), 254);
}
