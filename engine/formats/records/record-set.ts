/**
 * Which record format each part of the cache uses: the window, the compressed entries, the indexer's keys.
 *
 * `v4` and `v41` are released pairs; `v4-rope-f32` is V4 with float32 RoPE columns, which the float32 precision modes need to keep
 * what the reference outputs keep; `f32` stores everything as it is (the control).
 * @module
 */
import { float32Format } from './float32.ts';
import { indexerFormat, v41MainFormat } from './fp4-entries.ts';
import { v41WindowFormat, v4Format } from './fp8-page-split.ts';
import type { RecordFormat } from './record-format.ts';
import { v32 } from './v32.ts';

export const RECORD_CHOICES = ['f32', 'v4-rope-f32', 'v4', 'v32', 'v41'] as const;
export type RecordChoice = (typeof RECORD_CHOICES)[number];

export interface RecordSet {
  readonly name: string;
  /** Rows of the sliding window. */
  readonly window: RecordFormat;
  /** Compressed entries. */
  readonly entry: RecordFormat;
  /** Keys of the lightning indexer. */
  readonly indexKey: RecordFormat;
}

export interface RecordGeometry {
  readonly headDim: number;
  readonly ropeDim: number;
  readonly indexHeadDim: number;
}

/** @throws RangeError when the format does not fit the model's head */
export function chooseRecords(choice: RecordChoice, { headDim, ropeDim, indexHeadDim }: RecordGeometry): RecordSet {
  const multiple = (what: string, value: number, of: number): void => {
    if (value % of !== 0)
      throw new RangeError(`records '${choice}': expected ${what} a multiple of ${of}, got ${value}`);
  };
  const same = (format: RecordFormat): RecordSet => ({
    name: choice,
    window: format,
    entry: format,
    indexKey: indexerFormat(indexHeadDim),
  });
  if (choice !== 'f32') multiple('index_head_dim', indexHeadDim, 32);
  switch (choice) {
    case 'f32':
      return { ...same(float32Format(headDim)), indexKey: float32Format(indexHeadDim) };
    case 'v4':
    case 'v4-rope-f32':
      multiple('head_dim - qk_rope_head_dim', headDim - ropeDim, 64);
      return same(v4Format(headDim, ropeDim, choice === 'v4' ? 'bf16' : 'f32'));
    case 'v32':
      if (headDim !== v32.dims || ropeDim !== 64)
        throw new RangeError(
          `records 'v32': expected head_dim ${v32.dims} with 64 RoPE columns, got ${headDim} with ${ropeDim}`,
        );
      return same(v32);
    case 'v41':
      multiple('head_dim', headDim, 32);
      return { ...same(v41WindowFormat(headDim)), entry: v41MainFormat(headDim) };
  }
}
