/**
 * sigmoid, tanh and softplus from basic operations alone: computed in float64, rounded once to float32.
 * @module
 */
import { expNarrow, log1p64 } from './exp-log.ts';

/** Below this tanh is summed as a series: (e^2x - 1) / (e^2x + 1) would cancel. */
const TANH_SERIES_MAX = 0.03125;

/** Beyond it sigmoid(-x) and e^-x are below half of the smallest float32. */
const TAIL_MAX = 110;

/** 1 / (1 + e^-x). @param x - f32 */
export function sigmoidF32(x: number): number {
  if (x < -TAIL_MAX) return 0;
  if (x > TAIL_MAX) return 1;
  return Math.fround(x !== x ? x : 1 / (1 + expNarrow(-x)));
}

/** tanh x; keeps the sign of zero. @param x - f32 */
export function tanhF32(x: number): number {
  if (x === 0 || x !== x) return x;
  const size = Math.abs(x);
  if (size < TANH_SERIES_MAX) {
    const z = x * x;
    return Math.fround(x + x * z * (-1 / 3 + z * (2 / 15 + z * (-17 / 315 + z * (62 / 2835)))));
  }
  // From 20 on the float32 result is 1, and e^2x could overflow.
  const e = expNarrow(2 * (size > 20 ? 20 : size));
  const y = Math.fround((e - 1) / (e + 1));
  return x < 0 ? -y : y;
}

/** ln(1 + e^x), without a threshold: where others switch to x (20) the float32 results are equal. @param x - f32 */
export function softplusF32(x: number): number {
  if (x < -TAIL_MAX) return 0;
  if (x > TAIL_MAX || x !== x) return x;
  return Math.fround(x > 0 ? x + log1p64(expNarrow(-x)) : log1p64(expNarrow(x)));
}
