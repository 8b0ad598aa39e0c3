/**
 * RMS norm in float32: x * (1 / sqrt(mean(x^2) + eps)), then the float32 weight, before any cast.
 *
 * Order: four lanes, lane i sums k = i, i + 4, ... ascending; (l0 + l1) + (l2 + l3). Source: specification section 2.4.
 * @module
 */

const f32 = Math.fround;

/** Sum of squares in the four-lane order. */
function sumOfSquares(x: Float32Array, from: number, width: number): number {
  let l0 = f32(0);
  let l1 = f32(0);
  let l2 = f32(0);
  let l3 = f32(0);
  const quads = from + (width - (width % 4));
  let k = from;
  for (; k < quads; k += 4) {
    l0 = f32(l0 + f32(x[k] * x[k]));
    l1 = f32(l1 + f32(x[k + 1] * x[k + 1]));
    l2 = f32(l2 + f32(x[k + 2] * x[k + 2]));
    l3 = f32(l3 + f32(x[k + 3] * x[k + 3]));
  }
  const end = from + width;
  if (k < end) l0 = f32(l0 + f32(x[k] * x[k]));
  if (k + 1 < end) l1 = f32(l1 + f32(x[k + 1] * x[k + 1]));
  if (k + 2 < end) l2 = f32(l2 + f32(x[k + 2] * x[k + 2]));
  return f32(f32(l0 + l1) + f32(l2 + l3));
}

export interface NormShape {
  readonly rows: number;
  readonly width: number;
  readonly eps: number;
}

/** 1 / sqrt(mean(x^2) + eps), each step rounded to float32. */
export function inverseRms(x: Float32Array, from: number, width: number, eps: number): number {
  const mean = f32(sumOfSquares(x, from, width) / width);
  return f32(1 / f32(Math.sqrt(f32(mean + f32(eps)))));
}

/**
 * @param x - [rows, width] f32
 * @param weight - [width] f32, or null for the weightless norm
 * @param out - [rows, width] f32, written; may be x itself
 */
export function rmsNorm(x: Float32Array, weight: Float32Array | null, out: Float32Array, shape: NormShape): void {
  const { rows, width, eps } = shape;
  for (let r = 0; r < rows; r++) {
    const base = r * width;
    const scale = inverseRms(x, base, width, eps);
    if (weight === null) for (let k = 0; k < width; k++) out[base + k] = f32(x[base + k] * scale);
    else for (let k = 0; k < width; k++) out[base + k] = f32(weight[k] * f32(x[base + k] * scale));
  }
}
