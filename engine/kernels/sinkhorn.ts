/**
 * The mixing coefficients of a hyper-connection: pre (sigmoid), post (2 x sigmoid) and comb, a matrix made nearly doubly
 * stochastic by Sinkhorn-Knopp: row softmax, then columns and rows divided by their sums in turn, columns last.
 *
 * Every sum runs in ascending index order in float32. Source: specification section 13.
 * @module
 */
import { expF32, sigmoidF32 } from '../formats/index.ts';

const f32 = Math.fround;

export interface MixShape {
  readonly streams: number;
  readonly iterations: number;
  readonly eps: number;
}

/** One token's coefficients: views into arrays that the caller owns. */
export interface Mix {
  /** [streams] */
  readonly pre: Float32Array;
  /** [streams] */
  readonly post: Float32Array;
  /** [streams, streams]; out[k] sums over the FIRST index */
  readonly comb: Float32Array;
}

/**
 * @param mixes - [(2 + streams) * streams] f32: the projected and normalised coefficients of one token
 * @param scale - [3] f32
 * @param base - as mixes
 */
export function sinkhornMix(
  mixes: Float32Array,
  scale: Float32Array,
  base: Float32Array,
  shape: MixShape,
  out: Mix,
): void {
  const { streams: n, iterations, eps } = shape;
  const e = f32(eps);
  for (let j = 0; j < n; j++) {
    out.pre[j] = f32(sigmoidF32(f32(f32(mixes[j] * scale[0]) + base[j])) + e);
    out.post[j] = f32(2 * sigmoidF32(f32(f32(mixes[n + j] * scale[1]) + base[n + j])));
  }
  const { comb } = out;
  for (let i = 0; i < n * n; i++) comb[i] = f32(f32(mixes[2 * n + i] * scale[2]) + base[2 * n + i]);
  for (let j = 0; j < n; j++) softmaxRow(comb, j * n, n, e);
  divideColumns(comb, n, e);
  for (let i = 1; i < iterations; i++) {
    divideRows(comb, n, e);
    divideColumns(comb, n, e);
  }
}

function softmaxRow(x: Float32Array, from: number, n: number, eps: number): void {
  let max = x[from];
  for (let k = 1; k < n; k++) if (x[from + k] > max) max = x[from + k]!;
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const p = expF32(f32(x[from + k] - max));
    x[from + k] = p;
    sum = f32(sum + p);
  }
  for (let k = 0; k < n; k++) x[from + k] = f32(f32(x[from + k] / sum) + eps);
}

function divideRows(x: Float32Array, n: number, eps: number): void {
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum = f32(sum + x[j * n + k]);
    sum = f32(sum + eps);
    for (let k = 0; k < n; k++) x[j * n + k] = f32(x[j * n + k] / sum);
  }
}

function divideColumns(x: Float32Array, n: number, eps: number): void {
  for (let k = 0; k < n; k++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum = f32(sum + x[j * n + k]);
    sum = f32(sum + eps);
    for (let j = 0; j < n; j++) x[j * n + k] = f32(x[j * n + k] / sum);
  }
}
