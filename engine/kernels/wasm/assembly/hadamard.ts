/** Walsh-Hadamard transform: butterflies of distance 1, 2, 4, ...; (a, b) -> (a + b, a - b); the scale last. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

/** Each row in place. @param width - a power of two, at least 4 */
export function hadamard(x: usize, rows: i32, width: i32, scale: f32): void {
  const stride: usize = <usize>width << 2;
  const s = f32x4.splat(scale);
  const lastRow = x + <usize>rows * stride;
  for (; x < lastRow; x += stride) {
    const end = x + stride;
    // distances 1 and 2 stay within a vector
    for (let p = x; p < end; p += 16) {
      let v = v128.load(p);
      let even = v128.shuffle<i32>(v, v, 0, 0, 2, 2);
      let odd = v128.shuffle<i32>(v, v, 1, 1, 3, 3);
      v = v128.shuffle<i32>(f32x4.add(even, odd), f32x4.sub(even, odd), 0, 5, 2, 7);
      even = v128.shuffle<i32>(v, v, 0, 1, 0, 1);
      odd = v128.shuffle<i32>(v, v, 2, 3, 2, 3);
      v128.store(p, v128.shuffle<i32>(f32x4.add(even, odd), f32x4.sub(even, odd), 0, 1, 6, 7));
    }
    for (let distance: usize = 16; distance < stride; distance <<= 1)
      for (let block = x; block < end; block += 2 * distance)
        for (let p = block; p < block + distance; p += 16) {
          const a = v128.load(p);
          const b = v128.load(p + distance);
          v128.store(p, f32x4.add(a, b));
          v128.store(p + distance, f32x4.sub(a, b));
        }
    for (let p = x; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), s));
  }
}
