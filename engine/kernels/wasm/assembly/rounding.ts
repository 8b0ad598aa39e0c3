/** Rounding in place: bfloat16, and FP8 and FP4 with a power-of-two scale per group (formats/fake-quant defines the bits). @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

const SIGN: i32 = i32.MIN_VALUE;
const MAGNITUDE: i32 = 0x7fffffff;
const INFINITY_BITS: i32 = 0x7f800000;
/** Above this scale exponent the step times 2^23 is no float32: the group is rounded in float64. */
const LARGEST_F32_STEP: i32 = 230;

@inline
function bf16Word(bits: i32): i32 {
  if ((bits & MAGNITUDE) > INFINITY_BITS) return (bits & SIGN) | 0x7fc00000;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
}

/** To the nearest bf16 value, ties to even; NaN becomes the quiet NaN with its sign. */
export function roundBf16(x: usize, count: i32): void {
  const whole = x + (<usize>(count & ~3) << 2);
  const end = x + (<usize>count << 2);
  const magnitude = i32x4.splat(MAGNITUDE);
  const infinity = i32x4.splat(INFINITY_BITS);
  for (; x < whole; x += 16) {
    const v = v128.load(x);
    const rounded = v128.and(
      i32x4.add(i32x4.add(v, i32x4.splat(0x7fff)), v128.and(i32x4.shr_u(v, 16), i32x4.splat(1))),
      i32x4.splat(0xffff0000),
    );
    const nan = v128.or(v128.and(v, i32x4.splat(SIGN)), i32x4.splat(0x7fc00000));
    v128.store(x, v128.bitselect(nan, rounded, i32x4.gt_s(v128.and(v, magnitude), infinity)));
  }
  for (; x < end; x += 4) store<i32>(x, bf16Word(load<i32>(x)));
}

/** The largest magnitude's bits of x[0 .. count). */
@inline
function amaxBits(x: usize, count: i32): i32 {
  const whole = x + (<usize>(count & ~3) << 2);
  const end = x + (<usize>count << 2);
  let most = i32x4.splat(0);
  const mask = i32x4.splat(MAGNITUDE);
  for (; x < whole; x += 16) most = i32x4.max_s(most, v128.and(v128.load(x), mask));
  let amax = max(max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1)), max(i32x4.extract_lane(most, 2), i32x4.extract_lane(most, 3)));
  for (; x < end; x += 4) amax = max(amax, load<i32>(x) & MAGNITUDE);
  return amax;
}

/**
 * Rounds to a grid: normal codes keep 23 - dropped mantissa bits, smaller magnitudes are multiples of the step.
 * @param normalBits - bits of the smallest normal value
 * @param step - distance of the values below it
 */
@inline
function roundGroup(x: usize, count: i32, dropped: i32, normalBits: i32, step: f64, exponent: i32): void {
  const half = (1 << (dropped - 1)) - 1;
  const keep = -1 << dropped;
  const whole = x + (<usize>(count & ~3) << 2);
  const end = x + (<usize>count << 2);
  if (exponent <= LARGEST_F32_STEP) {
    // adding and subtracting 1.5 * 2^23 steps rounds to whole steps, ties to even
    const units = f32x4.splat(<f32>(step * 12582912.0));
    const normal = i32x4.splat(normalBits);
    for (; x < whole; x += 16) {
      const v = v128.load(x);
      const magnitude = v128.and(v, i32x4.splat(MAGNITUDE));
      const odd = v128.and(i32x4.shr_u(magnitude, dropped), i32x4.splat(1));
      const large = v128.and(i32x4.add(i32x4.add(v, i32x4.splat(half)), odd), i32x4.splat(keep));
      const small = v128.or(f32x4.sub(f32x4.add(magnitude, units), units), v128.and(v, i32x4.splat(SIGN)));
      v128.store(x, v128.bitselect(large, small, i32x4.ge_s(magnitude, normal)));
    }
  }
  const units = step * 6755399441055744.0;
  for (; x < end; x += 4) {
    const v = load<i32>(x);
    const magnitude = v & MAGNITUDE;
    if (magnitude >= normalBits) store<i32>(x, (v + half + ((magnitude >>> dropped) & 1)) & keep);
    else store<i32>(x, reinterpret<i32>(<f32>(<f64>reinterpret<f32>(magnitude) + units - units)) | (v & SIGN));
  }
}

@inline
function powerOfTwo(k: i32): f64 {
  return reinterpret<f64>(<i64>(k + 1023) << 52);
}

/** e4m3 with one scale per group (rule amax-floor). @returns the first group that is not finite, or -1 */
export function quantiseFp8(x: usize, count: i32, group: i32): i32 {
  for (let g = 0, from = 0; from < count; g++, from += group) {
    const n = min(group, count - from);
    const at = x + (<usize>from << 2);
    let amax = amaxBits(at, n);
    if (amax >= INFINITY_BITS) return g;
    amax = max(amax, 0x38d1b717);
    const exponent = (amax >>> 23) - 8 + (<i32>((amax & 0x7fffff) > 0x600000));
    roundGroup(at, n, 20, (exponent - 6) << 23, powerOfTwo(exponent - 136), exponent);
  }
  return -1;
}

/** e2m1 with one power-of-two scale per group (MX). @returns the first group that is not finite, or -1 */
export function quantiseFp4(x: usize, count: i32, group: i32): i32 {
  for (let g = 0, from = 0; from < count; g++, from += group) {
    const n = min(group, count - from);
    const at = x + (<usize>from << 2);
    let amax = amaxBits(at, n);
    if (amax >= INFINITY_BITS) return g;
    amax = max(amax, 0x01c00000);
    const exponent = (amax >>> 23) - 2 + (<i32>((amax & 0x7fffff) > 0x400000));
    roundGroup(at, n, 22, exponent << 23, powerOfTwo(exponent - 128), exponent);
  }
  return -1;
}

/** The first element that is NaN or infinite, or -1. */
export function firstNonFinite(x: usize, count: i32): i32 {
  const infinity = i32x4.splat(INFINITY_BITS);
  const whole = count & ~3;
  let i = 0;
  for (; i < whole; i += 4)
    if (v128.any_true(i32x4.ge_s(v128.and(v128.load(x + (<usize>i << 2)), i32x4.splat(MAGNITUDE)), infinity))) break;
  for (; i < count; i++) if ((load<i32>(x + (<usize>i << 2)) & MAGNITUDE) >= INFINITY_BITS) return i;
  return -1;
}
