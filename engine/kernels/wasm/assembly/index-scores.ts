/** The lightning indexer's sum over heads. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

@inline
function bf16(v: v128): v128 {
  const rounded = v128.and(
    i32x4.add(i32x4.add(v, i32x4.splat(0x7fff)), v128.and(i32x4.shr_u(v, 16), i32x4.splat(1))),
    i32x4.splat(0xffff0000),
  );
  const nan = v128.or(v128.and(v, i32x4.splat(i32.MIN_VALUE)), i32x4.splat(0x7fc00000));
  return v128.bitselect(nan, rounded, i32x4.gt_s(v128.and(v, i32x4.splat(0x7fffffff)), i32x4.splat(0x7f800000)));
}

/**
 * scores[s] = sum over heads ascending of weights[h] * relu(dots[h, s]); rounded = every step rounded to bf16.
 * @param stride - floats between the rows of dots; dots and scores have room up to the next multiple of 4 of count
 */
export function weighHeads(dots: usize, weights: usize, heads: i32, count: i32, stride: i32, rounded: i32, scores: usize): void {
  const zero = f32x4.splat(0);
  for (let s: usize = 0; s < <usize>count << 2; s += 16) {
    let sum = f32x4.splat(0);
    for (let h = 0; h < heads; h++) {
      const weight = v128.load32_splat(weights + (<usize>h << 2));
      let dot = v128.load(dots + (<usize>(h * stride) << 2) + s);
      if (rounded) dot = bf16(dot);
      dot = f32x4.mul(weight, f32x4.pmax(zero, dot));
      if (rounded) dot = bf16(dot);
      sum = f32x4.add(sum, dot);
    }
    v128.store(scores + s, rounded ? bf16(sum) : sum);
  }
}
