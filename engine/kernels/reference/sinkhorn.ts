/**
 * Plain twin of the hyper-connection coefficients: matrices as rows of numbers.
 * @module
 */
import { expF32, sigmoidF32 } from '../../formats/index.ts';

const f32 = Math.fround;
const sum = (values: readonly number[]): number => values.reduce((total, v) => f32(total + v), 0);
const transpose = (m: readonly (readonly number[])[]): number[][] => m.map((_, k) => m.map((row) => row[k]));

export interface PlainMix {
  readonly pre: number[];
  readonly post: number[];
  readonly comb: number[][];
}

export function plainMix(
  mixes: readonly number[],
  scale: readonly number[],
  base: readonly number[],
  { streams: n, iterations, eps }: { streams: number; iterations: number; eps: number },
): PlainMix {
  const e = f32(eps);
  const affine = mixes.map((m, i) => f32(f32(m * scale[i < n ? 0 : i < 2 * n ? 1 : 2]) + base[i]));
  const divide = (row: readonly number[]): number[] => row.map((v) => f32(v / f32(sum(row) + e)));
  let comb = Array.from({ length: n }, (_, j) => {
    const row = affine.slice(2 * n + j * n, 2 * n + (j + 1) * n);
    const powers = row.map((v) => expF32(f32(v - Math.max(...row))));
    return powers.map((p) => f32(f32(p / sum(powers)) + e));
  });
  for (let i = 0; i < iterations; i++) {
    if (i > 0) comb = comb.map(divide);
    comb = transpose(transpose(comb).map(divide));
  }
  return {
    pre: affine.slice(0, n).map((v) => f32(sigmoidF32(v) + e)),
    post: affine.slice(n, 2 * n).map((v) => f32(2 * sigmoidF32(v))),
    comb,
  };
}
