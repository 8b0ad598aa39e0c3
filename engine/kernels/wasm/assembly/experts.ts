/** The gated activation of an expert, and sums of rows. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { sigmoid4 } from './exp';

/** gate = silu(min(gate, bound)) * clamp(up, bound) * weights[r]; weights 0 = none; width is a multiple of 4. */
export function swiglu(gate: usize, up: usize, weights: usize, rows: i32, width: i32, bound: f32): void {
  const most = f32x4.splat(bound);
  const least = f32x4.splat(-bound);
  const bytes: usize = <usize>width << 2;
  for (let r = 0; r < rows; r++) {
    const weight = weights == 0 ? f32x4.splat(1) : v128.load32_splat(weights + (<usize>r << 2));
    for (let i: usize = 0; i < bytes; i += 16) {
      const g = f32x4.min(v128.load(gate + i), most);
      const u = f32x4.max(least, f32x4.min(most, v128.load(up + i)));
      // a weight of 1 changes no bit
      v128.store(gate + i, f32x4.mul(f32x4.mul(f32x4.mul(g, sigmoid4(g)), u), weight));
    }
    gate += bytes;
    up += bytes;
  }
}

/** out[r] = 0 + rows[index[r, 0]] + rows[index[r, 1]] + ...; a negative index is left out; width is a multiple of 4. */
export function sumRows(rows: usize, index: usize, count: i32, per: i32, width: i32, out: usize): void {
  const bytes: usize = <usize>width << 2;
  for (let r = 0; r < count; r++) {
    for (let d: usize = 0; d < bytes; d += 16) {
      let sum = f32x4.splat(0);
      for (let i = 0; i < per; i++) {
        const row = load<i32>(index + (<usize>i << 2));
        if (row >= 0) sum = f32x4.add(sum, v128.load(rows + <usize>row * bytes + d));
      }
      v128.store(out + d, sum);
    }
    index += <usize>per << 2;
    out += bytes;
  }
}

/** x[r] = x[r] + table[index[r]]; width is a multiple of 4. */
export function addRows(x: usize, table: usize, index: usize, rows: i32, width: i32): void {
  const bytes: usize = <usize>width << 2;
  for (let r = 0; r < rows; r++) {
    const from = table + <usize>load<i32>(index + (<usize>r << 2)) * bytes;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(x + i, f32x4.add(v128.load(x + i), v128.load(from + i)));
    x += bytes;
  }
}
