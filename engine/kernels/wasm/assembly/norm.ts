/** RMS norm. Order: four lanes, lane i sums k = i, i + 4, ... ascending; (l0 + l1) + (l2 + l3). @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { laneSum } from './rows';

/** The last 1 to 3 elements with zeros after them: adding 0 * 0 changes no sum of squares. */
@inline
function tailOf(x: usize, count: i32): v128 {
  let v = v128.load32_zero(x);
  if (count > 1) v = v128.load32_lane(x + 4, v, 1);
  if (count > 2) v = v128.load32_lane(x + 8, v, 2);
  return v;
}

/** 1 / sqrt(mean(x^2) + eps) of one row. */
@inline
function inverseRmsOf(x: usize, width: i32, eps: f32): f32 {
  let sum = f32x4.splat(0);
  const whole = x + (<usize>(width & ~3) << 2);
  let at = x;
  for (; at < whole; at += 16) {
    const v = v128.load(at);
    sum = f32x4.add(sum, f32x4.mul(v, v));
  }
  if (width & 3) {
    const v = tailOf(at, width & 3);
    sum = f32x4.add(sum, f32x4.mul(v, v));
  }
  return <f32>1 / sqrt<f32>(laneSum(sum) / <f32>width + eps);
}

/** Four rows side by side: the four chains of additions do not wait for one another. Scales go to `out`. width is a multiple of 4. */
@inline
function inverseRmsOf4(x: usize, width: i32, eps: f32, out: usize): void {
  const stride: usize = <usize>width << 2;
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    let v = v128.load(x + i);
    a = f32x4.add(a, f32x4.mul(v, v));
    v = v128.load(x + stride + i);
    b = f32x4.add(b, f32x4.mul(v, v));
    v = v128.load(x + 2 * stride + i);
    c = f32x4.add(c, f32x4.mul(v, v));
    v = v128.load(x + 3 * stride + i);
    d = f32x4.add(d, f32x4.mul(v, v));
  }
  const w = <f32>width;
  store<f32>(out, <f32>1 / sqrt<f32>(laneSum(a) / w + eps));
  store<f32>(out, <f32>1 / sqrt<f32>(laneSum(b) / w + eps), 4);
  store<f32>(out, <f32>1 / sqrt<f32>(laneSum(c) / w + eps), 8);
  store<f32>(out, <f32>1 / sqrt<f32>(laneSum(d) / w + eps), 12);
}

/** out[r] = 1 / sqrt(mean(x[r]^2) + eps) */
export function inverseRms(x: usize, rows: i32, width: i32, eps: f32, out: usize): void {
  const stride: usize = <usize>width << 2;
  let r = 0;
  if ((width & 3) == 0) for (; r + 4 <= rows; r += 4) inverseRmsOf4(x + <usize>r * stride, width, eps, out + (<usize>r << 2));
  for (; r < rows; r++) store<f32>(out + (<usize>r << 2), inverseRmsOf(x + <usize>r * stride, width, eps));
}

/** out = weight * (x * scale); weight 0 = none; out may be x. `scales` has room for `rows` numbers. */
export function rmsNorm(x: usize, weight: usize, out: usize, rows: i32, width: i32, eps: f32, scales: usize): void {
  inverseRms(x, rows, width, eps, scales);
  const whole: usize = <usize>(width & ~3) << 2;
  const stride: usize = <usize>width << 2;
  for (let r = 0; r < rows; r++) {
    const one = load<f32>(scales + (<usize>r << 2));
    const scale = f32x4.splat(one);
    const from = x + <usize>r * stride;
    const to = out + <usize>r * stride;
    let i: usize = 0;
    if (weight == 0) {
      for (; i < whole; i += 16) v128.store(to + i, f32x4.mul(v128.load(from + i), scale));
      for (; i < stride; i += 4) store<f32>(to + i, load<f32>(from + i) * one);
    } else {
      for (; i < whole; i += 16) v128.store(to + i, f32x4.mul(v128.load(weight + i), f32x4.mul(v128.load(from + i), scale)));
      for (; i < stride; i += 4) store<f32>(to + i, load<f32>(weight + i) * (load<f32>(from + i) * one));
    }
  }
}
