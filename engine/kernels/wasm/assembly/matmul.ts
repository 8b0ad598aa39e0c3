/**
 * Matrix products: vectors run over outputs, every sum over k ascends.
 *
 * Weights are packed [panels][k][16], so that one row reads them in one stream. `f32` weights lie as they are. Weights that are all
 * bf16 values lie in half the bytes: of each 8 outputs a word holds output i (low half) and i + 4 (high half); a shift and a mask give
 * the two vectors back exactly. The last panel may be used half: outputs are counted in eights.
 * @module
 */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/** Bytes of 8 weights. */
@inline
function eight<W>(): usize {
  return sizeof<W>() * 8;
}

/** Bytes of one k of a panel. */
@inline
function step<W>(): usize {
  return sizeof<W>() * 16;
}

/** Outputs 0 .. 3 of eight. */
@inline
function low<W>(w: usize): v128 {
  if (isFloat<W>()) return v128.load(w);
  return i32x4.shl(v128.load(w), 16);
}

/** Outputs 4 .. 7. */
@inline
function high<W>(w: usize): v128 {
  if (isFloat<W>()) return v128.load(w, 16);
  return v128.and(v128.load(w), i32x4.splat(0xffff0000));
}

/** y[r, n] = sum over k-blocks ascending of (sum over k in the block ascending of x[r, k] * w[n, k]); y has eights * 8 columns; rows of x and y lie xs and ys bytes apart; scratch [k, 8 + rows]. */
export function matmul(x: usize, w: usize, y: usize, rows: i32, eights: i32, k: i32, kBlock: i32, xs: usize, ys: usize, scratch: usize): void {
  product<f32>(x, w, y, rows, eights, k, kBlock, xs, ys, scratch);
}

/** As matmul, for weights packed as bf16. */
export function matmulBf16(x: usize, w: usize, y: usize, rows: i32, eights: i32, k: i32, kBlock: i32, xs: usize, ys: usize, scratch: usize): void {
  product<u16>(x, w, y, rows, eights, k, kBlock, xs, ys, scratch);
}

@inline
function product<W>(x: usize, w: usize, y: usize, rows: i32, eights: i32, k: i32, kBlock: i32, xs: usize, ys: usize, scratch: usize): void {
  const panelBytes: usize = <usize>k * step<W>();
  const four = rows >= 4 && eights >= PACK_EIGHTS ? scratch + (<usize>k << 5) : 0;
  if (four) packFours(x, xs, rows, k, four);
  const pairs = rows == 1 && (!isFloat<W>() || panelBytes * <usize>(eights >> 1) >= PAIR_BYTES);
  for (let p = 0; p * 2 < eights; p++) {
    const wp = w + <usize>p * panelBytes;
    const yp = y + (<usize>p << 6);
    const whole = p * 2 + 1 < eights;
    if (rows == 1) {
      if (pairs && p * 2 + 3 < eights) {
        tile1Pair<W>(x, wp, wp + panelBytes, yp, k, kBlock);
        p++;
      } else if (whole) tile1<W>(x, wp, yp, k, kBlock);
      else tile1Half<W>(x, wp, yp, k, kBlock);
      continue;
    }
    // 8 outputs of a panel stay in the first cache while all rows use them
    half<W>(x, xs, wp, yp, ys, rows, k, kBlock, scratch, four);
    if (whole) half<W>(x, xs, wp + eight<W>(), yp + 32, ys, rows, k, kBlock, scratch, four);
  }
}

/**
 * One row reads weights of at least so many bytes (of bf16 any) as two streams, so that more of them are on the way from memory at a time: 1.2
 * to 1.3 times faster there, and 0.7 where all weights of a small float32 matrix are near.
 */
const PAIR_BYTES: usize = 8 * 1024 * 1024;

/** From so many rows on bf16 weights are made float32 once, in scratch. */
const EXPAND_ROWS: i32 = 12;

/** From so many outputs (in eights) on it pays to pack four rows of x as [k][4]: one pointer in the inner loop, 3 to 6 % faster. */
const PACK_EIGHTS: i32 = 24;

/** The rows that `columns` takes four at a time. */
function packFours(x: usize, xs: usize, rows: i32, k: i32, to: usize): void {
  for (let r = rows; r >= 4 && r != 5; r -= 4) {
    const end = x + (<usize>k << 2);
    for (let xp = x; xp < end; xp += 4) {
      store<f32>(to, load<f32>(xp));
      store<f32>(to, load<f32>(xp + xs), 4);
      store<f32>(to, load<f32>(xp + 2 * xs), 8);
      store<f32>(to, load<f32>(xp + 3 * xs), 12);
      to += 16;
    }
    x += 4 * xs;
  }
}

/** 8 outputs of all rows. */
@inline
function half<W>(x: usize, xs: usize, w: usize, y: usize, ys: usize, rows: i32, k: i32, kBlock: i32, scratch: usize, four: usize): void {
  if (isFloat<W>() || rows < EXPAND_ROWS) {
    columns<W>(x, xs, w, step<W>(), y, ys, rows, k, kBlock, four);
    return;
  }
  let to = scratch;
  const end = scratch + (<usize>k << 5);
  for (; to < end; to += 32) {
    v128.store(to, low<W>(w));
    v128.store(to, high<W>(w), 16);
    w += step<W>();
  }
  columns<f32>(x, xs, scratch, 32, y, ys, rows, k, kBlock, four);
}

@inline
function columns<W>(x: usize, xs: usize, w: usize, ws: usize, y: usize, ys: usize, rows: i32, k: i32, kBlock: i32, four: usize): void {
  let r = rows;
  // a last single row goes with three others: 4 + 1 = 3 + 2
  for (; r >= 4 && r != 5; r -= 4) {
    if (four) {
      tile4<W, u32>(four, 0, w, ws, y, ys, k, kBlock);
      four += <usize>k << 4;
    } else tile4<W, u8>(x, xs, w, ws, y, ys, k, kBlock);
    x += 4 * xs;
    y += 4 * ys;
  }
  if (r == 5 || r == 3) {
    tile3<W>(x, xs, w, ws, y, ys, k, kBlock);
    x += 3 * xs;
    y += 3 * ys;
    r -= 3;
  }
  if (r == 2) tile2<W>(x, xs, w, ws, y, ys, k, kBlock);
}

/** Stores the sum of a k-block: as it is for the first one, else added to what was summed before. */
@inline
function keep(y: usize, a0: v128, a1: v128, first: bool): void {
  if (!first) {
    a0 = f32x4.add(v128.load(y), a0);
    a1 = f32x4.add(v128.load(y, 16), a1);
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
}

/** Four rows; P = u32: packed by packFours, P = u8: as they are. */
@inline
function tile4<W, P>(x: usize, xs: usize, w: usize, ws: usize, y: usize, ys: usize, k: i32, kBlock: i32): void {
  const xk: usize = sizeof<P>() << 2;
  for (let from = 0; from < k; from += kBlock) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    let xp = x + <usize>from * xk;
    const end = x + <usize>min(from + kBlock, k) * xk;
    let wp = w + <usize>from * ws;
    for (; xp < end; xp += xk) {
      const w0 = low<W>(wp);
      const w1 = high<W>(wp);
      let s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, w0));
      a1 = f32x4.add(a1, f32x4.mul(s, w1));
      if (sizeof<P>() == 4) s = v128.load32_splat(xp, 4);
      else s = v128.load32_splat(xp + xs);
      b0 = f32x4.add(b0, f32x4.mul(s, w0));
      b1 = f32x4.add(b1, f32x4.mul(s, w1));
      if (sizeof<P>() == 4) s = v128.load32_splat(xp, 8);
      else s = v128.load32_splat(xp + 2 * xs);
      c0 = f32x4.add(c0, f32x4.mul(s, w0));
      c1 = f32x4.add(c1, f32x4.mul(s, w1));
      if (sizeof<P>() == 4) s = v128.load32_splat(xp, 12);
      else s = v128.load32_splat(xp + 3 * xs);
      d0 = f32x4.add(d0, f32x4.mul(s, w0));
      d1 = f32x4.add(d1, f32x4.mul(s, w1));
      wp += ws;
    }
    keep(y, a0, a1, from == 0);
    keep(y + ys, b0, b1, from == 0);
    keep(y + 2 * ys, c0, c1, from == 0);
    keep(y + 3 * ys, d0, d1, from == 0);
  }
}

@inline
function tile3<W>(x: usize, xs: usize, w: usize, ws: usize, y: usize, ys: usize, k: i32, kBlock: i32): void {
  for (let from = 0; from < k; from += kBlock) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    const end = x + (<usize>min(from + kBlock, k) << 2);
    let wp = w + <usize>from * ws;
    for (; xp < end; xp += 4) {
      const w0 = low<W>(wp);
      const w1 = high<W>(wp);
      let s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, w0));
      a1 = f32x4.add(a1, f32x4.mul(s, w1));
      s = v128.load32_splat(xp + xs);
      b0 = f32x4.add(b0, f32x4.mul(s, w0));
      b1 = f32x4.add(b1, f32x4.mul(s, w1));
      s = v128.load32_splat(xp + 2 * xs);
      c0 = f32x4.add(c0, f32x4.mul(s, w0));
      c1 = f32x4.add(c1, f32x4.mul(s, w1));
      wp += ws;
    }
    keep(y, a0, a1, from == 0);
    keep(y + ys, b0, b1, from == 0);
    keep(y + 2 * ys, c0, c1, from == 0);
  }
}

@inline
function tile2<W>(x: usize, xs: usize, w: usize, ws: usize, y: usize, ys: usize, k: i32, kBlock: i32): void {
  for (let from = 0; from < k; from += kBlock) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    const end = x + (<usize>min(from + kBlock, k) << 2);
    let wp = w + <usize>from * ws;
    for (; xp < end; xp += 4) {
      const w0 = low<W>(wp);
      const w1 = high<W>(wp);
      let s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, w0));
      a1 = f32x4.add(a1, f32x4.mul(s, w1));
      s = v128.load32_splat(xp + xs);
      b0 = f32x4.add(b0, f32x4.mul(s, w0));
      b1 = f32x4.add(b1, f32x4.mul(s, w1));
      wp += ws;
    }
    keep(y, a0, a1, from == 0);
    keep(y + ys, b0, b1, from == 0);
  }
}

/** One row and two whole panels: eight chains of additions. */
@inline
function tile1Pair<W>(x: usize, w: usize, v: usize, y: usize, k: i32, kBlock: i32): void {
  for (let from = 0; from < k; from += kBlock) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    const end = x + (<usize>min(from + kBlock, k) << 2);
    let wp = w + <usize>from * step<W>();
    let vp = v + <usize>from * step<W>();
    for (; xp < end; xp += 4) {
      const s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, low<W>(wp)));
      a1 = f32x4.add(a1, f32x4.mul(s, high<W>(wp)));
      b0 = f32x4.add(b0, f32x4.mul(s, low<W>(wp + eight<W>())));
      b1 = f32x4.add(b1, f32x4.mul(s, high<W>(wp + eight<W>())));
      c0 = f32x4.add(c0, f32x4.mul(s, low<W>(vp)));
      c1 = f32x4.add(c1, f32x4.mul(s, high<W>(vp)));
      d0 = f32x4.add(d0, f32x4.mul(s, low<W>(vp + eight<W>())));
      d1 = f32x4.add(d1, f32x4.mul(s, high<W>(vp + eight<W>())));
      wp += step<W>();
      vp += step<W>();
    }
    keep(y, a0, a1, from == 0);
    keep(y + 32, b0, b1, from == 0);
    keep(y + 64, c0, c1, from == 0);
    keep(y + 96, d0, d1, from == 0);
  }
}

/** One row and a whole panel: four chains of additions. */
@inline
function tile1<W>(x: usize, w: usize, y: usize, k: i32, kBlock: i32): void {
  for (let from = 0; from < k; from += kBlock) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    const end = x + (<usize>min(from + kBlock, k) << 2);
    let wp = w + <usize>from * step<W>();
    for (; xp < end; xp += 4) {
      const s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, low<W>(wp)));
      a1 = f32x4.add(a1, f32x4.mul(s, high<W>(wp)));
      b0 = f32x4.add(b0, f32x4.mul(s, low<W>(wp + eight<W>())));
      b1 = f32x4.add(b1, f32x4.mul(s, high<W>(wp + eight<W>())));
      wp += step<W>();
    }
    keep(y, a0, a1, from == 0);
    keep(y + 32, b0, b1, from == 0);
  }
}

/** One row and the first half of a panel. */
@inline
function tile1Half<W>(x: usize, w: usize, y: usize, k: i32, kBlock: i32): void {
  for (let from = 0; from < k; from += kBlock) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
    let xp = x + (<usize>from << 2);
    const end = x + (<usize>min(from + kBlock, k) << 2);
    let wp = w + <usize>from * step<W>();
    for (; xp < end; xp += 4) {
      const s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, low<W>(wp)));
      a1 = f32x4.add(a1, f32x4.mul(s, high<W>(wp)));
      wp += step<W>();
    }
    keep(y, a0, a1, from == 0);
  }
}
