/**
 * Precision modes: which roundings a forward pass makes. The weights are the same numbers in every mode.
 *
 * - `f32`: float32 everywhere, weights dequantised, no activation quantisation, float32 records.
 * - `f32-kvq`: f32 with FP8 KV (e4m3, ue8m0 per 64, non-RoPE dims) and FP4 indexer queries and keys (after the Hadamard rotation).
 * - `w8a8`: f32-kvq with FP8 activations (per 128) on layers whose stored weights are FP8 or FP4, block by block, as released.
 * - `bf16`: w8a8 with every tensor rounded to bfloat16 where the official code keeps bfloat16.
 * @module
 */

import type { RecordChoice } from '../formats/index.ts';

export const PRECISION_MODES = ['f32', 'f32-kvq', 'w8a8', 'bf16'] as const;
export type PrecisionMode = (typeof PRECISION_MODES)[number];

/** The records of a mode unless others are chosen: the float32 modes keep float32 RoPE columns, as the reference outputs do. */
const RECORDS: Readonly<Record<PrecisionMode, RecordChoice>> = {
  f32: 'f32',
  'f32-kvq': 'v4-rope-f32',
  w8a8: 'v4-rope-f32',
  bf16: 'v4',
};

export const recordsOf = (mode: PrecisionMode): RecordChoice => RECORDS[mode];

export interface Roundings {
  readonly quantiseActivations: boolean;
  readonly bf16: boolean;
}

export function roundingsOf(mode: PrecisionMode): Roundings {
  const step = PRECISION_MODES.indexOf(mode);
  if (step < 0) throw new RangeError(`precision: expected one of ${PRECISION_MODES.join(', ')}, got ${String(mode)}`);
  return { quantiseActivations: step >= 2, bf16: step >= 3 };
}
