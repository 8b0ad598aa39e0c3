/** Hyper-connections: coefficients by Sinkhorn-Knopp, collapse of the streams, and their spread. Sums ascend. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { expOne, exp4, sigmoidOne, sigmoid4 } from './exp';

@inline
function at(p: usize, i: i32): usize {
  return p + (<usize>i << 2);
}

/** x[r] *= scales[r] */
export function scaleRows(x: usize, scales: usize, rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++) {
    const scale = load<f32>(at(scales, r));
    for (let i = 0; i < width; i++, x += 4) store<f32>(x, load<f32>(x) * scale);
  }
}

/** out[r, j] = sigmoid(m * scale + base[j]) + eps: the coefficients before a head. */
export function sigmoidMix(mixes: usize, scale: f32, base: usize, rows: i32, n: i32, eps: f32, out: usize): void {
  for (let i = 0; i < rows * n; i++) store<f32>(at(out, i), sigmoidOne(load<f32>(at(mixes, i)) * scale + load<f32>(at(base, i % n))) + eps);
}

/** The columns of a 4 x 4 matrix from its rows; also the other way round. */
@inline
function transposed0(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 0, 4, 0, 4), v128.shuffle<i32>(c, d, 0, 4, 0, 4), 0, 1, 4, 5);
}
@inline
function transposed1(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 1, 5, 1, 5), v128.shuffle<i32>(c, d, 1, 5, 1, 5), 0, 1, 4, 5);
}
@inline
function transposed2(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 2, 6, 2, 6), v128.shuffle<i32>(c, d, 2, 6, 2, 6), 0, 1, 4, 5);
}
@inline
function transposed3(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i32>(v128.shuffle<i32>(a, b, 3, 7, 3, 7), v128.shuffle<i32>(c, d, 3, 7, 3, 7), 0, 1, 4, 5);
}

/** 0 + a + b + c + d, in this order. */
@inline
function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.splat(0), a), b), c), d);
}

/** Four streams: a row is a vector; row steps work on the transposed matrix, so that sums run over vectors. */
function sinkhorn4(comb: usize, iterations: i32, eps: f32): void {
  const e = f32x4.splat(eps);
  let r0 = v128.load(comb), r1 = v128.load(comb, 16), r2 = v128.load(comb, 32), r3 = v128.load(comb, 48);
  let t0 = transposed0(r0, r1, r2, r3), t1 = transposed1(r0, r1, r2, r3), t2 = transposed2(r0, r1, r2, r3), t3 = transposed3(r0, r1, r2, r3);
  // softmax of each row
  const most = f32x4.max(f32x4.max(t0, t1), f32x4.max(t2, t3));
  t0 = exp4(f32x4.sub(t0, most));
  t1 = exp4(f32x4.sub(t1, most));
  t2 = exp4(f32x4.sub(t2, most));
  t3 = exp4(f32x4.sub(t3, most));
  let sum = sum4(t0, t1, t2, t3);
  t0 = f32x4.add(f32x4.div(t0, sum), e);
  t1 = f32x4.add(f32x4.div(t1, sum), e);
  t2 = f32x4.add(f32x4.div(t2, sum), e);
  t3 = f32x4.add(f32x4.div(t3, sum), e);
  for (let i = 0; ; ) {
    r0 = transposed0(t0, t1, t2, t3);
    r1 = transposed1(t0, t1, t2, t3);
    r2 = transposed2(t0, t1, t2, t3);
    r3 = transposed3(t0, t1, t2, t3);
    sum = f32x4.add(sum4(r0, r1, r2, r3), e);
    r0 = f32x4.div(r0, sum);
    r1 = f32x4.div(r1, sum);
    r2 = f32x4.div(r2, sum);
    r3 = f32x4.div(r3, sum);
    if (++i >= iterations) break;
    t0 = transposed0(r0, r1, r2, r3);
    t1 = transposed1(r0, r1, r2, r3);
    t2 = transposed2(r0, r1, r2, r3);
    t3 = transposed3(r0, r1, r2, r3);
    sum = f32x4.add(sum4(t0, t1, t2, t3), e);
    t0 = f32x4.div(t0, sum);
    t1 = f32x4.div(t1, sum);
    t2 = f32x4.div(t2, sum);
    t3 = f32x4.div(t3, sum);
  }
  v128.store(comb, r0);
  v128.store(comb, r1, 16);
  v128.store(comb, r2, 32);
  v128.store(comb, r3, 48);
}

/** Divides n numbers, `step` apart, by their sum + eps. */
@inline
function divideBySum(x: usize, step: usize, n: i32, eps: f32): void {
  let sum: f32 = 0;
  for (let k: usize = 0; k < <usize>n; k++) sum += load<f32>(x + k * step);
  sum += eps;
  for (let k: usize = 0; k < <usize>n; k++) store<f32>(x + k * step, load<f32>(x + k * step) / sum);
}

function sinkhornAny(comb: usize, n: i32, iterations: i32, eps: f32): void {
  const row: usize = <usize>n << 2;
  for (let j = 0; j < n; j++) {
    const x = comb + <usize>j * row;
    let most = load<f32>(x);
    for (let k = 1; k < n; k++) if (load<f32>(at(x, k)) > most) most = load<f32>(at(x, k));
    let sum: f32 = 0;
    for (let k = 0; k < n; k++) {
      const p = expOne(load<f32>(at(x, k)) - most);
      store<f32>(at(x, k), p);
      sum += p;
    }
    for (let k = 0; k < n; k++) store<f32>(at(x, k), load<f32>(at(x, k)) / sum + eps);
  }
  for (let i = 0; ; ) {
    for (let k = 0; k < n; k++) divideBySum(at(comb, k), row, n, eps);
    if (++i >= iterations) break;
    for (let j = 0; j < n; j++) divideBySum(comb + <usize>j * row, 4, n, eps);
  }
}

/**
 * @param mixes - [rows, (2 + n) * n]
 * @param scale - [3]; base [(2 + n) * n]
 * @param out - [rows, (2 + n) * n]: pre [n], post [n], comb [n, n]
 */
export function sinkhornMix(mixes: usize, scale: usize, base: usize, rows: i32, n: i32, iterations: i32, eps: f32, out: usize): void {
  const size = (2 + n) * n;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < n; j++) {
      store<f32>(at(out, j), sigmoidOne(load<f32>(at(mixes, j)) * load<f32>(scale) + load<f32>(at(base, j))) + eps);
      store<f32>(at(out, n + j), <f32>2 * sigmoidOne(load<f32>(at(mixes, n + j)) * load<f32>(scale, 4) + load<f32>(at(base, n + j))));
    }
    const comb = at(out, 2 * n);
    for (let i = 2 * n; i < size; i++) store<f32>(at(out, i), load<f32>(at(mixes, i)) * load<f32>(scale, 8) + load<f32>(at(base, i)));
    if (n == 4) sinkhorn4(comb, iterations, eps);
    else sinkhornAny(comb, n, iterations, eps);
    mixes = at(mixes, size);
    out = at(out, size);
  }
}

/** y[r] = sum over j ascending of pre[r, j] * streams[r, j]; pre rows lie `preStride` floats apart; width is a multiple of 4. */
export function collapse(streams: usize, pre: usize, preStride: i32, rows: i32, n: i32, width: i32, y: usize): void {
  const bytes: usize = <usize>width << 2;
  for (let r = 0; r < rows; r++) {
    for (let d: usize = 0; d < bytes; d += 16) {
      let sum = f32x4.splat(0);
      for (let j = 0; j < n; j++) sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at(pre, j)), v128.load(streams + <usize>j * bytes + d)));
      v128.store(y + d, sum);
    }
    streams += <usize>n * bytes;
    pre = at(pre, preStride);
    y += bytes;
  }
}

/** out[r, k] = post[r, k] * output[r] + sum over j ascending of comb[r, j, k] * streams[r, j]; mixes as sinkhornMix writes them. */
export function spread(output: usize, streams: usize, mixes: usize, rows: i32, n: i32, width: i32, out: usize): void {
  const bytes: usize = <usize>width << 2;
  for (let r = 0; r < rows; r++) {
    const post = at(mixes, n);
    const comb = at(mixes, 2 * n);
    for (let k = 0; k < n; k++) {
      const p = v128.load32_splat(at(post, k));
      for (let d: usize = 0; d < bytes; d += 16) {
        let sum = f32x4.splat(0);
        for (let j = 0; j < n; j++) sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at(comb, j * n + k)), v128.load(streams + <usize>j * bytes + d)));
        v128.store(out + d, f32x4.add(f32x4.mul(p, v128.load(output + d)), sum));
      }
      out += bytes;
    }
    streams += <usize>n * bytes;
    output += bytes;
    mixes = at(mixes, (2 + n) * n);
  }
}
