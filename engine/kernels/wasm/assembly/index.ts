/**
 * The hot loops in AssemblyScript: WebAssembly SIMD128, one instruction per operation, no fused multiply-add.
 *
 * Each function's order of float32 operations is the contract in ../../kernels.ts; the plain twins in ../../reference define
 * the bits. Vectors run over outputs, or (dot4) over the four lanes that the contract names; never over a sum's order.
 * Pointers are byte offsets into the imported memory; sizes are element counts; no allocation happens here.
 * @module
 */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/**
 * y[r, n] = sum over k-blocks ascending of (sum over k in the block ascending of x[r, k] * w[n, k]).
 * w is packed [panels][k][8]; y has panels * 8 columns. kBlock = k gives the plain ascending sum.
 */
export function matmul(x: usize, w: usize, y: usize, rows: i32, panels: i32, k: i32, kBlock: i32): void {
  const yStride: usize = <usize>panels * 32;
  const xStride: usize = <usize>k * 4;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    const x0 = x + <usize>r * xStride;
    const y0 = y + <usize>r * yStride;
    for (let p = 0; p < panels; p++) {
      const wp = w + <usize>p * <usize>k * 32;
      tile4(x0, xStride, wp, y0 + <usize>p * 32, yStride, k, kBlock);
    }
  }
  for (; r < rows; r++) {
    const x0 = x + <usize>r * xStride;
    const y0 = y + <usize>r * yStride;
    let p = 0;
    for (; p + 2 <= panels; p += 2) tile1x16(x0, w + <usize>p * <usize>k * 32, <usize>k * 32, y0 + <usize>p * 32, k, kBlock);
    if (p < panels) tile1x8(x0, w + <usize>p * <usize>k * 32, y0 + <usize>p * 32, k, kBlock);
  }
}

@inline
function tile4(x: usize, xs: usize, w: usize, y: usize, ys: usize, k: i32, kBlock: i32): void {
  let from = 0;
  while (from < k) {
    const to = min(from + kBlock, k);
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    let wp = w + (<usize>from << 5);
    for (let i = from; i < to; i++) {
      const w0 = v128.load(wp);
      const w1 = v128.load(wp, 16);
      let s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, w0));
      a1 = f32x4.add(a1, f32x4.mul(s, w1));
      s = v128.load32_splat(xp + xs);
      b0 = f32x4.add(b0, f32x4.mul(s, w0));
      b1 = f32x4.add(b1, f32x4.mul(s, w1));
      s = v128.load32_splat(xp + 2 * xs);
      c0 = f32x4.add(c0, f32x4.mul(s, w0));
      c1 = f32x4.add(c1, f32x4.mul(s, w1));
      s = v128.load32_splat(xp + 3 * xs);
      d0 = f32x4.add(d0, f32x4.mul(s, w0));
      d1 = f32x4.add(d1, f32x4.mul(s, w1));
      xp += 4;
      wp += 32;
    }
    if (from > 0) {
      a0 = f32x4.add(v128.load(y), a0);
      a1 = f32x4.add(v128.load(y, 16), a1);
      b0 = f32x4.add(v128.load(y + ys), b0);
      b1 = f32x4.add(v128.load(y + ys, 16), b1);
      c0 = f32x4.add(v128.load(y + 2 * ys), c0);
      c1 = f32x4.add(v128.load(y + 2 * ys, 16), c1);
      d0 = f32x4.add(v128.load(y + 3 * ys), d0);
      d1 = f32x4.add(v128.load(y + 3 * ys, 16), d1);
    }
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y + ys, b0);
    v128.store(y + ys, b1, 16);
    v128.store(y + 2 * ys, c0);
    v128.store(y + 2 * ys, c1, 16);
    v128.store(y + 3 * ys, d0);
    v128.store(y + 3 * ys, d1, 16);
    from = to;
  }
}

@inline
function tile1x16(x: usize, w: usize, panelBytes: usize, y: usize, k: i32, kBlock: i32): void {
  let from = 0;
  while (from < k) {
    const to = min(from + kBlock, k);
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    let wp = w + (<usize>from << 5);
    for (let i = from; i < to; i++) {
      const s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, v128.load(wp)));
      a1 = f32x4.add(a1, f32x4.mul(s, v128.load(wp, 16)));
      b0 = f32x4.add(b0, f32x4.mul(s, v128.load(wp + panelBytes)));
      b1 = f32x4.add(b1, f32x4.mul(s, v128.load(wp + panelBytes, 16)));
      xp += 4;
      wp += 32;
    }
    if (from > 0) {
      a0 = f32x4.add(v128.load(y), a0);
      a1 = f32x4.add(v128.load(y, 16), a1);
      b0 = f32x4.add(v128.load(y, 32), b0);
      b1 = f32x4.add(v128.load(y, 48), b1);
    }
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, b0, 32);
    v128.store(y, b1, 48);
    from = to;
  }
}

@inline
function tile1x8(x: usize, w: usize, y: usize, k: i32, kBlock: i32): void {
  let from = 0;
  while (from < k) {
    const to = min(from + kBlock, k);
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    let wp = w + (<usize>from << 5);
    for (let i = from; i < to; i++) {
      const s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, v128.load(wp)));
      a1 = f32x4.add(a1, f32x4.mul(s, v128.load(wp, 16)));
      xp += 4;
      wp += 32;
    }
    if (from > 0) {
      a0 = f32x4.add(v128.load(y), a0);
      a1 = f32x4.add(v128.load(y, 16), a1);
    }
    v128.store(y, a0);
    v128.store(y, a1, 16);
    from = to;
  }
}

/** Sum of a vector's lanes in the contract's order: (l0 + l1) + (l2 + l3). */
@inline
function laneSum(v: v128): f32 {
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
