/** e^x and the logistic function in float64, rounded once to float32: the operations of formats/portable-math, in their order. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { expTable } from './tables';

/**
 * Constants as pairs in memory: a load is an operand of the instruction that needs it, a splat would be made again in each round.
 * 64 / ln 2; 1.5 * 2^52; ln 2 / 64 in two parts; 1/2, 1/6, 1/24, 1/120; 111; -111; 1.
 * Beyond 111 e^x, e^-x and the logistic function are 0, 1 or infinite once they are float32.
 */
const K: usize = memory.data<f64>([
  92.33248261689366, 92.33248261689366, 6755399441055744, 6755399441055744,
  0.01083042469326756, 0.01083042469326756, 2.9815858269852933e-12, 2.9815858269852933e-12,
  0.5, 0.5, 0.16666666666666666, 0.16666666666666666, 0.041666666666666664, 0.041666666666666664,
  0.008333333333333333, 0.008333333333333333, 111, 111, -111, -111, 1, 1,
]);
/** Clears the place among the 64 steps: what is left counts whole powers of two. */
const WHOLE_POWERS: usize = memory.data<i64>([-64, -64]);

@inline
function pair(i: usize): v128 {
  return v128.load(K + (i << 4));
}

/** e^x of two float64 with an error near 1 ulp; x is clamped to -111 .. 111, NaN stays. */
@inline
function expPair(wide: v128): v128 {
  const x = f64x2.min(f64x2.max(wide, pair(9)), pair(8));
  // the low bits of the sum are the rounded integer n = 64 k + j
  const sum = f64x2.add(f64x2.mul(x, pair(0)), pair(1));
  const n = f64x2.sub(sum, pair(1));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, pair(2))), f64x2.mul(n, pair(3)));
  let scale = v128.load64_zero(expTable + (<usize>(i32x4.extract_lane(sum, 0) & 63) << 3));
  scale = v128.load64_lane(expTable + (<usize>(i32x4.extract_lane(sum, 2) & 63) << 3), scale, 1);
  // times 2^k: k is added to the exponent
  scale = i64x2.add(scale, i64x2.shl(v128.and(sum, v128.load(WHOLE_POWERS)), 46));
  const z = f64x2.mul(r, r);
  const tail = f64x2.add(pair(6), f64x2.mul(r, pair(7)));
  const head = f64x2.add(pair(4), f64x2.mul(r, pair(5)));
  const body = f64x2.add(head, f64x2.mul(z, tail));
  return f64x2.add(scale, f64x2.mul(scale, f64x2.add(r, f64x2.mul(z, body))));
}

@inline
function lowPair(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function highPair(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** Two pairs of float64, rounded to four float32. */
@inline
function roundPairs(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** e^x of four float32, each correctly rounded. */
@inline
export function exp4(x: v128): v128 {
  return roundPairs(expPair(lowPair(x)), expPair(highPair(x)));
}

@inline
function sigmoidPair(x: v128): v128 {
  const one = pair(10);
  return f64x2.div(one, f64x2.add(one, expPair(f64x2.neg(x))));
}

/** 1 / (1 + e^-x) of four float32. */
@inline
export function sigmoid4(x: v128): v128 {
  return roundPairs(sigmoidPair(lowPair(x)), sigmoidPair(highPair(x)));
}

/** e^x of one float32. */
export function expOne(x: f32): f32 {
  return f32x4.extract_lane(f32x4.demote_f64x2_zero(expPair(lowPair(f32x4.splat(x)))), 0);
}

/** 1 / (1 + e^-x) of one float32. */
export function sigmoidOne(x: f32): f32 {
  return f32x4.extract_lane(f32x4.demote_f64x2_zero(sigmoidPair(lowPair(f32x4.splat(x)))), 0);
}

/** out[i] = e^x[i]; out may be x; count is a multiple of 4. */
export function expAll(x: usize, out: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(out + i, exp4(v128.load(x + i)));
}
