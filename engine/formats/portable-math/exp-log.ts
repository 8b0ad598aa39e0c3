/**
 * exp and log from basic operations alone: the same bits on every runtime and CPU.
 *
 * `exp64` and `log64` return float64 with an error below 1 ulp. `expF32` and `logF32` round them once to float32.
 * The polynomials are those of fdlibm (Sun Microsystems 1993, freely granted): e_exp.c, e_log.c, s_log1p.c.
 * @module
 */
import { powerOfTwo } from '../float-bits.ts';

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LOG2_E = 1.442695040888963387;
/** Beyond these exp64 is infinite, or zero. */
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019412;
/** Adding and subtracting it rounds a float64 below 2^51 to the nearest integer. */
export const TO_INTEGER = 1.5 * 4503599627370496;
const SQRT_2 = 1.4142135623730951;

/** e^x in float64. exp64(-Infinity) = 0, exp64(NaN) = NaN. */
export function exp64(x: number): number {
  if (x > EXP_OVERFLOW) return Infinity;
  if (x < EXP_UNDERFLOW) return 0;
  if (x !== x) return x;
  const k = x * LOG2_E + TO_INTEGER - TO_INTEGER;
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  // prettier-ignore
  const c = r - t * (1.66666666666666019037e-1 + t * (-2.77777777770155933842e-3 + t * (6.61375632143793436117e-5 +
    t * (-1.65339022054652515390e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k >= -1021 && k <= 1023) return y * powerOfTwo(k);
  // 2^k alone is outside the normal range: scale in two exact steps, so that the result is rounded once.
  return k > 0 ? y * 2 * powerOfTwo(k - 1) : y * powerOfTwo(k + 60) * powerOfTwo(-60);
}

/** One float64 and its two words, to read and replace an exponent; the high word's place depends on the byte order. */
const words64 = new Float64Array(1);
const words32 = new Uint32Array(words64.buffer);
const HIGH_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** ln x in float64: -Infinity at 0, NaN below 0. */
export function log64(x: number): number {
  if (x !== x || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -54;
  }
  words64[0] = x;
  const high = words32[HIGH_WORD];
  k += (high >>> 20) - 1023;
  words32[HIGH_WORD] = (high & 0xfffff) | 0x3ff00000;
  let m = words64[0];
  if (m >= SQRT_2) {
    m /= 2;
    k++;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  // prettier-ignore
  const t2 = z * (6.666666666666735130e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + t1 + t2) + k * LN2_LOW) - f);
}

/** ln(1 + x) in float64, accurate for small x. @param x - above -1 */
export function log1p64(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (u === Infinity || u <= 0) return log64(u);
  return log64(u) + (x - (u - 1)) / u;
}

const STEPS = 64;
/** 2^(j / 64): with a table of these steps five terms of the series are enough. */
export const expStepTable = Float64Array.from({ length: STEPS }, (_, j) => exp64((j / STEPS) * (LN2_HIGH + LN2_LOW)));
const STEPS_PER_E = STEPS * LOG2_E;
const STEP_HIGH = LN2_HIGH / STEPS;
const STEP_LOW = LN2_LOW / STEPS;

/**
 * e^x in float64 with an error near 1 ulp: the faster core of the float32 functions.
 *
 * @param x - -700 .. 700
 */
export function expNarrow(x: number): number {
  const k = x * STEPS_PER_E + TO_INTEGER - TO_INTEGER;
  const r = x - k * STEP_HIGH - k * STEP_LOW;
  const scale = expStepTable[k & (STEPS - 1)] * powerOfTwo(k >> 6);
  const z = r * r;
  return (
    scale + scale * (r + z * (0.5 + r * 0.16666666666666666 + z * (0.041666666666666664 + r * 0.008333333333333333)))
  );
}

/** From these on e^x is above the largest float32, or below half of the smallest. */
const EXP_F32_OVERFLOW = 89;
const EXP_F32_UNDERFLOW = -104;

/** e^x, rounded to float32; correctly on every input (test/exhaustive). expF32(-Infinity) = 0. @param x - f32 */
export function expF32(x: number): number {
  if (x > EXP_F32_OVERFLOW) return Infinity;
  if (x < EXP_F32_UNDERFLOW) return 0;
  return Math.fround(x !== x ? x : expNarrow(x));
}

/** ln x, rounded to float32. @param x - f32 */
export const logF32 = (x: number): number => Math.fround(log64(x));
