/** Dot products with gathered rows, and their weighted sum. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/** Sum of a vector's lanes in the contract's order: (l0 + l1) + (l2 + l3). */
@inline
export function laneSum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Of two vectors: lanes 0 and 1 hold a's and b's pair sums; all four lanes of each are added as in laneSum. */
@inline
function storeSums4(at: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  // transposed, a lane is a head: (l0 + l1) + (l2 + l3) for four heads at once
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const l0 = v128.shuffle<i32>(ab01, cd01, 0, 1, 4, 5);
  const l1 = v128.shuffle<i32>(ab01, cd01, 2, 3, 6, 7);
  const l2 = v128.shuffle<i32>(ab23, cd23, 0, 1, 4, 5);
  const l3 = v128.shuffle<i32>(ab23, cd23, 2, 3, 6, 7);
  const sums = f32x4.add(f32x4.add(l0, l1), f32x4.add(l2, l3));
  v128.store32_lane(at, sums, 0);
  v128.store32_lane(at + step, sums, 1);
  v128.store32_lane(at + 2 * step, sums, 2);
  v128.store32_lane(at + 3 * step, sums, 3);
}

/**
 * scores[h, j] = dot4(q[h], rows[index[j]]) for j in [0, count); d is a multiple of 4.
 * Four heads share one read of a row, two rows one read of the heads.
 */
export function rowDots(q: usize, heads: i32, rows: usize, index: usize, count: i32, d: i32, scores: usize): void {
  const stride: usize = <usize>d * 4;
  const scoreStride: usize = <usize>count * 4;
  let h = 0;
  for (; h + 4 <= heads; h += 4) {
    const q0 = q + <usize>h * stride;
    const s = scores + <usize>h * scoreStride;
    let j: usize = 0;
    for (; j + 8 <= scoreStride; j += 8) {
      const r0 = rows + <usize>load<i32>(index + j) * stride;
      const r1 = rows + <usize>load<i32>(index + j, 4) * stride;
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), e = f32x4.splat(0);
      let a1 = f32x4.splat(0), b1 = f32x4.splat(0), c1 = f32x4.splat(0), e1 = f32x4.splat(0);
      for (let i: usize = 0; i < stride; i += 16) {
        const v = v128.load(r0 + i);
        const w = v128.load(r1 + i);
        let t = v128.load(q0 + i);
        a = f32x4.add(a, f32x4.mul(t, v));
        a1 = f32x4.add(a1, f32x4.mul(t, w));
        t = v128.load(q0 + stride + i);
        b = f32x4.add(b, f32x4.mul(t, v));
        b1 = f32x4.add(b1, f32x4.mul(t, w));
        t = v128.load(q0 + 2 * stride + i);
        c = f32x4.add(c, f32x4.mul(t, v));
        c1 = f32x4.add(c1, f32x4.mul(t, w));
        t = v128.load(q0 + 3 * stride + i);
        e = f32x4.add(e, f32x4.mul(t, v));
        e1 = f32x4.add(e1, f32x4.mul(t, w));
      }
      storeSums4(s + j, scoreStride, a, b, c, e);
      storeSums4(s + j + 4, scoreStride, a1, b1, c1, e1);
    }
    for (; j < scoreStride; j += 4) {
      const row = rows + <usize>load<i32>(index + j) * stride;
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), e = f32x4.splat(0);
      for (let i: usize = 0; i < stride; i += 16) {
        const r = v128.load(row + i);
        a = f32x4.add(a, f32x4.mul(v128.load(q0 + i), r));
        b = f32x4.add(b, f32x4.mul(v128.load(q0 + stride + i), r));
        c = f32x4.add(c, f32x4.mul(v128.load(q0 + 2 * stride + i), r));
        e = f32x4.add(e, f32x4.mul(v128.load(q0 + 3 * stride + i), r));
      }
      storeSums4(s + j, scoreStride, a, b, c, e);
    }
  }
  for (; h < heads; h++) {
    const q0 = q + <usize>h * stride;
    for (let j: usize = 0; j < scoreStride; j += 4) {
      const row = rows + <usize>load<i32>(index + j) * stride;
      let a = f32x4.splat(0);
      for (let i: usize = 0; i < stride; i += 16) a = f32x4.add(a, f32x4.mul(v128.load(q0 + i), v128.load(row + i)));
      store<f32>(scores + <usize>h * scoreStride + j, laneSum(a));
    }
  }
}

/**
 * acc[h] = acc[h] * alpha[h], then += p[h, j] * rows[index[j]] for j ascending; d is a multiple of 4.
 * Two heads share one read of the rows.
 */
export function weightedRows(p: usize, alpha: usize, heads: i32, rows: usize, index: usize, count: i32, d: i32, acc: usize): void {
  const stride: usize = <usize>d * 4;
  const n: usize = <usize>count << 2;
  let h = 0;
  for (; h + 2 <= heads; h += 2) {
    const a = acc + <usize>h * stride;
    const ph = p + <usize>h * n;
    const s0 = v128.load32_splat(alpha + (<usize>h << 2));
    const s1 = v128.load32_splat(alpha + (<usize>h << 2), 4);
    let c: usize = 0;
    for (; c + 64 <= stride; c += 64) {
      let v0 = f32x4.mul(v128.load(a + c), s0);
      let v1 = f32x4.mul(v128.load(a + c, 16), s0);
      let v2 = f32x4.mul(v128.load(a + c, 32), s0);
      let v3 = f32x4.mul(v128.load(a + c, 48), s0);
      let w0 = f32x4.mul(v128.load(a + stride + c), s1);
      let w1 = f32x4.mul(v128.load(a + stride + c, 16), s1);
      let w2 = f32x4.mul(v128.load(a + stride + c, 32), s1);
      let w3 = f32x4.mul(v128.load(a + stride + c, 48), s1);
      for (let j: usize = 0; j < n; j += 4) {
        const row = rows + <usize>load<i32>(index + j) * stride + c;
        const p0 = v128.load32_splat(ph + j);
        const p1 = v128.load32_splat(ph + n + j);
        let r = v128.load(row);
        v0 = f32x4.add(v0, f32x4.mul(p0, r));
        w0 = f32x4.add(w0, f32x4.mul(p1, r));
        r = v128.load(row, 16);
        v1 = f32x4.add(v1, f32x4.mul(p0, r));
        w1 = f32x4.add(w1, f32x4.mul(p1, r));
        r = v128.load(row, 32);
        v2 = f32x4.add(v2, f32x4.mul(p0, r));
        w2 = f32x4.add(w2, f32x4.mul(p1, r));
        r = v128.load(row, 48);
        v3 = f32x4.add(v3, f32x4.mul(p0, r));
        w3 = f32x4.add(w3, f32x4.mul(p1, r));
      }
      v128.store(a + c, v0);
      v128.store(a + c, v1, 16);
      v128.store(a + c, v2, 32);
      v128.store(a + c, v3, 48);
      v128.store(a + stride + c, w0);
      v128.store(a + stride + c, w1, 16);
      v128.store(a + stride + c, w2, 32);
      v128.store(a + stride + c, w3, 48);
    }
    weightedColumns(ph, s0, rows, index, n, stride, c, a);
    weightedColumns(ph + n, s1, rows, index, n, stride, c, a + stride);
  }
  for (; h < heads; h++) {
    const scale = v128.load32_splat(alpha + (<usize>h << 2));
    weightedColumns(p + <usize>h * n, scale, rows, index, n, stride, 0, acc + <usize>h * stride);
  }
}

/** One head's columns from byte `c` on. */
function weightedColumns(p: usize, scale: v128, rows: usize, index: usize, n: usize, stride: usize, c: usize, acc: usize): void {
  for (; c < stride; c += 16) {
    let v = f32x4.mul(v128.load(acc + c), scale);
    for (let j: usize = 0; j < n; j += 4)
      v = f32x4.add(v, f32x4.mul(v128.load32_splat(p + j), v128.load(rows + <usize>load<i32>(index + j) * stride + c)));
    v128.store(acc + c, v);
  }
}
