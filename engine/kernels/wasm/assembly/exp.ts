/** e^x and the logistic function in float64, rounded once to float32: the operations of formats/portable-math, in their order. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/** 2^(j / 64), j = 0 .. 63, as float64: written by the host, which has them from portable-math. */
export const expTable: usize = memory.data(512, 16);

const STEPS_PER_E: f64 = 64 * 1.442695040888963387;
const STEP_HIGH: f64 = 6.9314718036912381649e-1 / 64;
const STEP_LOW: f64 = 1.90821492927058770002e-10 / 64;
const TO_INTEGER: f64 = 1.5 * 4503599627370496;
/** Beyond it e^x, e^-x and the logistic function are 0, 1 or infinite once they are float32. */
const FAR: f64 = 111;

/** e^x of two float64 with an error near 1 ulp; x is clamped to -111 .. 111, NaN stays. */
@inline
function expPair(wide: v128): v128 {
  const x = f64x2.min(f64x2.max(wide, f64x2.splat(-FAR)), f64x2.splat(FAR));
  const magic = f64x2.splat(TO_INTEGER);
  const k = f64x2.sub(f64x2.add(f64x2.mul(x, f64x2.splat(STEPS_PER_E)), magic), magic);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(STEP_HIGH))), f64x2.mul(k, f64x2.splat(STEP_LOW)));
  const n = i32x4.trunc_sat_f64x2_s_zero(k);
  let table = v128.load64_zero(expTable + (<usize>(i32x4.extract_lane(n, 0) & 63) << 3));
  table = v128.load64_lane(expTable + (<usize>(i32x4.extract_lane(n, 1) & 63) << 3), table, 1);
  const power = i64x2.shl(i64x2.add(i64x2.extend_low_i32x4_s(i32x4.shr_s(n, 6)), i64x2.splat(1023)), 52);
  const scale = f64x2.mul(table, power);
  const z = f64x2.mul(r, r);
  const tail = f64x2.add(f64x2.splat(0.041666666666666664), f64x2.mul(r, f64x2.splat(0.008333333333333333)));
  const head = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, f64x2.splat(0.16666666666666666)));
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
  const one = f64x2.splat(1);
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

/** out[i] = e^x[i]; out may be x. Both have room up to the next multiple of 4. */
export function expAll(x: usize, out: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(out + i, exp4(v128.load(x + i)));
}
