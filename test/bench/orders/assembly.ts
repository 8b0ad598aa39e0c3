/**
 * Products with other orders of addition than the frozen one: k cut into two or four interleaved chains that are added at the end.
 * More chains hide the latency of additions where there are few outputs. Weights are packed [panels][k][16] as in the engine; k is a
 * multiple of 4.
 */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/** One row, 16 outputs at a time, two chains: 8 accumulators. */
export function vector2(x: usize, w: usize, y: usize, panels: i32, k: i32): void {
  for (let p = 0; p < panels; p++) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
    const end = x + (<usize>k << 2);
    for (let xp = x; xp < end; xp += 8) {
      const s = v128.load32_splat(xp);
      a0 = f32x4.add(a0, f32x4.mul(s, v128.load(w)));
      a1 = f32x4.add(a1, f32x4.mul(s, v128.load(w, 16)));
      a2 = f32x4.add(a2, f32x4.mul(s, v128.load(w, 32)));
      a3 = f32x4.add(a3, f32x4.mul(s, v128.load(w, 48)));
      const t = v128.load32_splat(xp, 4);
      b0 = f32x4.add(b0, f32x4.mul(t, v128.load(w, 64)));
      b1 = f32x4.add(b1, f32x4.mul(t, v128.load(w, 80)));
      b2 = f32x4.add(b2, f32x4.mul(t, v128.load(w, 96)));
      b3 = f32x4.add(b3, f32x4.mul(t, v128.load(w, 112)));
      w += 128;
    }
    v128.store(y, f32x4.add(a0, b0));
    v128.store(y, f32x4.add(a1, b1), 16);
    v128.store(y, f32x4.add(a2, b2), 32);
    v128.store(y, f32x4.add(a3, b3), 48);
    y += 64;
  }
}

/** Two rows, 8 outputs at a time, two chains: 8 accumulators. */
export function pair2(x: usize, w: usize, y: usize, rows: i32, panels: i32, k: i32): void {
  const xs: usize = <usize>k << 2;
  const ys: usize = <usize>panels << 6;
  for (let h = 0; h < panels * 2; h++) {
    const from = w + <usize>(h >> 1) * (<usize>k << 6) + (<usize>(h & 1) << 5);
    for (let r = 0; r < rows; r += 2) {
      let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
      let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
      let wp = from;
      let xp = x + <usize>r * xs;
      const end = xp + xs;
      for (; xp < end; xp += 8) {
        let w0 = v128.load(wp);
        let w1 = v128.load(wp, 16);
        let s = v128.load32_splat(xp);
        a0 = f32x4.add(a0, f32x4.mul(s, w0));
        a1 = f32x4.add(a1, f32x4.mul(s, w1));
        s = v128.load32_splat(xp + xs);
        c0 = f32x4.add(c0, f32x4.mul(s, w0));
        c1 = f32x4.add(c1, f32x4.mul(s, w1));
        w0 = v128.load(wp, 64);
        w1 = v128.load(wp, 80);
        s = v128.load32_splat(xp, 4);
        b0 = f32x4.add(b0, f32x4.mul(s, w0));
        b1 = f32x4.add(b1, f32x4.mul(s, w1));
        s = v128.load32_splat(xp + xs, 4);
        d0 = f32x4.add(d0, f32x4.mul(s, w0));
        d1 = f32x4.add(d1, f32x4.mul(s, w1));
        wp += 128;
      }
      const yp = y + <usize>r * ys + (<usize>h << 5);
      v128.store(yp, f32x4.add(a0, b0));
      v128.store(yp, f32x4.add(a1, b1), 16);
      v128.store(yp + ys, f32x4.add(c0, d0));
      v128.store(yp + ys, f32x4.add(c1, d1), 16);
    }
  }
}

/** Four lanes along k as a dot product has them, 4 outputs and one row at a time; w is [outputs, k], outputs a multiple of 4. */
export function lanes4(x: usize, w: usize, y: usize, rows: i32, outputs: i32, k: i32): void {
  const bytes: usize = <usize>k << 2;
  for (let n = 0; n < outputs; n += 4) {
    const from = w + <usize>n * bytes;
    for (let r = 0; r < rows; r++) {
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
      const xr = x + <usize>r * bytes;
      for (let at: usize = 0; at < bytes; at += 16) {
        const s = v128.load(xr + at);
        a = f32x4.add(a, f32x4.mul(s, v128.load(from + at)));
        b = f32x4.add(b, f32x4.mul(s, v128.load(from + bytes + at)));
        c = f32x4.add(c, f32x4.mul(s, v128.load(from + 2 * bytes + at)));
        d = f32x4.add(d, f32x4.mul(s, v128.load(from + 3 * bytes + at)));
      }
      const yp = y + ((<usize>r * outputs + n) << 2);
      store<f32>(yp, total(a));
      store<f32>(yp, total(b), 4);
      store<f32>(yp, total(c), 8);
      store<f32>(yp, total(d), 12);
    }
  }
}

@inline
function total(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}
