/**
 * sin and cos of a float32 angle from basic operations alone, for every finite angle.
 *
 * Up to 2^20 the angle is reduced by pi/2 in three parts (33 bits each, so that n * part is exact); above that exactly, with a
 * big integer. The polynomials are those of fdlibm (Sun Microsystems 1993, freely granted): k_sin.c, k_cos.c.
 * @module
 */
import { f32Bits, powerOfTwo } from '../float-bits.ts';
import { TO_INTEGER } from './exp-log.ts';

const TWO_OVER_PI = 6.36619772367581382433e-1;
const HALF_PI_1 = 1.57079632673412561417;
const HALF_PI_2 = 6.0771005063039659766e-11;
const HALF_PI_3 = 2.02226624879595063154e-21;
const HALF_PI = 1.5707963267948966;
const QUARTER_PI = 0.7853981633974483;
/** n stays below 2^20, so that n * HALF_PI_1 has at most 53 bits. */
const EXACT_PARTS_MAX = 1048576;

/** floor(2 / pi * 2^256): 24 bits of angle times at most 2^104, and 128 bits to spare. */
const TWO_OVER_PI_256 = 0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561n;
const FRACTION_BITS = 256n;

/** The angle left after the last whole quarter turn, in [-pi/4, pi/4], and which quarter it is (0 .. 3). */
let quarter = 0;
function reduce(x: number): number {
  const size = Math.abs(x);
  if (size <= QUARTER_PI) {
    quarter = 0;
    return x;
  }
  if (size > EXACT_PARTS_MAX) return reduceExactly(x);
  const n = x * TWO_OVER_PI + TO_INTEGER - TO_INTEGER;
  quarter = n & 3;
  return x - n * HALF_PI_1 - n * HALF_PI_2 - n * HALF_PI_3;
}

function reduceExactly(x: number): number {
  const bits = f32Bits(x);
  const mantissa = BigInt((bits & 0x7fffff) | 0x800000);
  const shift = BigInt(((bits >>> 23) & 255) - 150);
  const product = shift >= 0n ? (mantissa * TWO_OVER_PI_256) << shift : (mantissa * TWO_OVER_PI_256) >> -shift;
  const turns = (product + (1n << (FRACTION_BITS - 1n))) >> FRACTION_BITS;
  const fraction = product - (turns << FRACTION_BITS);
  const r = Number(fraction >> 128n) * powerOfTwo(-128) * HALF_PI;
  const n = Number(turns & 3n);
  quarter = bits < 0 ? (4 - n) & 3 : n;
  return bits < 0 ? -r : r;
}

/** sin on [-pi/4, pi/4]. */
function sinKernel(r: number): number {
  const z = r * r;
  // prettier-ignore
  return r + r * z * (-1.66666666666666324348e-1 + z * (8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 +
    z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)))));
}

/** cos on [-pi/4, pi/4]. */
function cosKernel(r: number): number {
  const z = r * r;
  // prettier-ignore
  return 1 - (0.5 * z - z * z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * (2.48015872894767294178e-5 +
    z * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11))))));
}

/** sin x, rounded to float32; keeps the sign of zero; NaN for infinities. @param x - f32, any size */
export function sinF32(x: number): number {
  if (x === 0) return x;
  if (x - x !== 0) return NaN;
  const r = reduce(x);
  const y = quarter & 1 ? cosKernel(r) : sinKernel(r);
  return Math.fround(quarter & 2 ? -y : y);
}

/** cos x, rounded to float32; NaN for infinities. @param x - f32, any size */
export function cosF32(x: number): number {
  if (x - x !== 0) return NaN;
  const r = reduce(x);
  const y = quarter & 1 ? sinKernel(r) : cosKernel(r);
  return Math.fround(quarter === 1 || quarter === 2 ? -y : y);
}
