/** Matrix products: vectors run over outputs, every sum over k ascends. @module */

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
