/** Rotary embedding on interleaved pairs: (re, im) -> (re * c - im * s, re * s + im * c). @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/**
 * Rotates `vectors` vectors of each row, `dim` columns from `x` on, `stride` floats apart.
 *
 * @param positions - [rows] i32
 * @param cosines - [positions, dim / 2]; sines likewise
 * @param dim - a multiple of 4
 */
export function rotate(x: usize, rows: i32, vectors: i32, stride: i32, dim: i32, positions: usize, cosines: usize, sines: usize, inverse: i32): void {
  // the sign of the sine in the real column; the other one in the imaginary column
  const sign = inverse ? i32x4(0, i32.MIN_VALUE, 0, i32.MIN_VALUE) : i32x4(i32.MIN_VALUE, 0, i32.MIN_VALUE, 0);
  const half: usize = <usize>dim << 1;
  for (let r = 0; r < rows; r++) {
    const table = <usize>load<i32>(positions + (<usize>r << 2)) * half;
    for (let v = 0; v < vectors; v++) {
      for (let i: usize = 0; i < half; i += 8) {
        const c = v128.load64_zero(cosines + table + i);
        const s = v128.load64_zero(sines + table + i);
        const cc = v128.shuffle<i32>(c, c, 0, 0, 1, 1);
        const ss = v128.xor(v128.shuffle<i32>(s, s, 0, 0, 1, 1), sign);
        const at = x + 2 * i;
        const pair = v128.load(at);
        v128.store(at, f32x4.add(f32x4.mul(pair, cc), f32x4.mul(v128.shuffle<i32>(pair, pair, 1, 0, 3, 2), ss)));
      }
      x += <usize>stride << 2;
    }
  }
}
