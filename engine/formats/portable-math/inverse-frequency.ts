/**
 * RoPE inverse frequencies from basic operations alone.
 * @module
 */
import { exp64, log64 } from './exp-log.ts';

/**
 * theta^(-2i / dim), computed in float64 and rounded once to float32.
 *
 * @param i - pair index, 0 .. dim / 2 - 1
 */
export const inverseFrequency = (theta: number, i: number, dim: number): number =>
  Math.fround(exp64(((-2 * i) / dim) * log64(theta)));
