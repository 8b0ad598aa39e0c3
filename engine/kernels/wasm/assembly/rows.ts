/** Dot products with gathered rows, and their weighted sum. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/** Sum of a vector's lanes in the contract's order: (l0 + l1) + (l2 + l3). */
@inline
export function laneSum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/**
 * scores[h, j] = dot4(q[h], rows[index[j]]) for j in [0, count); d is a multiple of 4.
 * Four heads share one read of a row.
 */
export function rowDots(q: usize, heads: i32, rows: usize, index: usize, count: i32, d: i32, scores: usize): void {
  const stride: usize = <usize>d * 4;
  const scoreStride: usize = <usize>count * 4;
  for (let j = 0; j < count; j++) {
    const row = rows + <usize>load<i32>(index + (<usize>j << 2)) * stride;
    let h = 0;
    for (; h + 4 <= heads; h += 4) {
      const q0 = q + <usize>h * stride;
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), e = f32x4.splat(0);
      for (let i: usize = 0; i < stride; i += 16) {
        const r = v128.load(row + i);
        a = f32x4.add(a, f32x4.mul(v128.load(q0 + i), r));
        b = f32x4.add(b, f32x4.mul(v128.load(q0 + stride + i), r));
        c = f32x4.add(c, f32x4.mul(v128.load(q0 + 2 * stride + i), r));
        e = f32x4.add(e, f32x4.mul(v128.load(q0 + 3 * stride + i), r));
      }
      const s = scores + <usize>h * scoreStride + (<usize>j << 2);
      store<f32>(s, laneSum(a));
      store<f32>(s + scoreStride, laneSum(b));
      store<f32>(s + 2 * scoreStride, laneSum(c));
      store<f32>(s + 3 * scoreStride, laneSum(e));
    }
    for (; h < heads; h++) {
      const q0 = q + <usize>h * stride;
      let a = f32x4.splat(0);
      for (let i: usize = 0; i < stride; i += 16) a = f32x4.add(a, f32x4.mul(v128.load(q0 + i), v128.load(row + i)));
      store<f32>(scores + <usize>h * scoreStride + (<usize>j << 2), laneSum(a));
    }
  }
}

/**
 * acc[h] = acc[h] * alpha[h], then += p[h, j] * rows[index[j]] for j ascending; d is a multiple of 4.
 */
export function weightedRows(p: usize, alpha: usize, heads: i32, rows: usize, index: usize, count: i32, d: i32, acc: usize): void {
  const stride: usize = <usize>d * 4;
  for (let h = 0; h < heads; h++) {
    const a = acc + <usize>h * stride;
    const ph = p + <usize>h * <usize>count * 4;
    const scale = v128.load32_splat(alpha + (<usize>h << 2));
    let c: usize = 0;
    for (; c + 64 <= stride; c += 64) {
      let v0 = f32x4.mul(v128.load(a + c), scale);
      let v1 = f32x4.mul(v128.load(a + c, 16), scale);
      let v2 = f32x4.mul(v128.load(a + c, 32), scale);
      let v3 = f32x4.mul(v128.load(a + c, 48), scale);
      for (let j = 0; j < count; j++) {
        const row = rows + <usize>load<i32>(index + (<usize>j << 2)) * stride + c;
        const s = v128.load32_splat(ph + (<usize>j << 2));
        v0 = f32x4.add(v0, f32x4.mul(s, v128.load(row)));
        v1 = f32x4.add(v1, f32x4.mul(s, v128.load(row, 16)));
        v2 = f32x4.add(v2, f32x4.mul(s, v128.load(row, 32)));
        v3 = f32x4.add(v3, f32x4.mul(s, v128.load(row, 48)));
      }
      v128.store(a + c, v0);
      v128.store(a + c, v1, 16);
      v128.store(a + c, v2, 32);
      v128.store(a + c, v3, 48);
    }
    for (; c < stride; c += 16) {
      let v0 = f32x4.mul(v128.load(a + c), scale);
      for (let j = 0; j < count; j++) {
        const row = rows + <usize>load<i32>(index + (<usize>j << 2)) * stride + c;
        v0 = f32x4.add(v0, f32x4.mul(v128.load32_splat(ph + (<usize>j << 2)), v128.load(row)));
      }
      v128.store(a + c, v0);
    }
  }
}
