/**
 * FP8 records whose page is split: first the data of all entries, then the scales of all entries, then padding.
 *
 * `v4` (FlashMLA's MODEL1), 584 bytes: [448 e4m3][64 bf16 RoPE], then 7 ue8m0 (per 64) and one zero byte; page a multiple of 576.
 * `v41Window`, 528 bytes: [512 e4m3, RoPE columns included], then 16 ue8m0 (per 32); page a multiple of 512.
 * `v4RopeF32` is ours, not a released layout: v4 with the RoPE columns as float32, so that the float32 precision modes keep them.
 * Source: specification sections 9.1 and 9.2; FlashMLA@9241ae3 tests/quant.py `MODEL1_FP8Sparse`; vllm#56893.
 * @module
 */
import { scaleOfExponent } from '../scale-rules.ts';
import { getBf16, getF32, getFp8, putBf16, putF32, putFp8 } from './columns.ts';
import type { RecordFormat } from './record-format.ts';
import { defineRecordFormat } from './record-format.ts';

interface PageSplit {
  readonly name: string;
  /** Columns stored as e4m3; the first ones. */
  readonly quantised: number;
  /** Columns stored as bf16 or f32; the last ones. */
  readonly plain: number;
  readonly plainAs: 'bf16' | 'f32';
  readonly group: number;
  /** Bytes of an entry's scales, padding included. */
  readonly scaleBytes: number;
  readonly pageMultiple: number;
}

function pageSplitFormat(layout: PageSplit): RecordFormat {
  const { name, quantised, plain, plainAs, group, scaleBytes } = layout;
  const put = plainAs === 'bf16' ? putBf16 : putF32;
  const get = plainAs === 'bf16' ? getBf16 : getF32;
  return defineRecordFormat({
    name,
    ...(plain % 8 === 0 ? { shape: { kind: 'fp8', quantised, group, plain, plainAs, scaleBytes } } : {}),
    dims: quantised + plain,
    bytesPerEntry: quantised + plain * (plainAs === 'bf16' ? 2 : 4) + scaleBytes,
    pageMultiple: layout.pageMultiple,
    tailBytes: scaleBytes,
    write(page, at, tail, values, from, rule) {
      putFp8({ values, from, count: quantised, group }, page, at, rule, (g, e) => {
        page[tail + g] = e;
      });
      put({ values, from: from + quantised, count: plain }, page, at + quantised);
    },
    read(page, at, tail, values, from) {
      getFp8({ values, from, count: quantised, group }, page, at, (g) => scaleOfExponent(page[tail + g]));
      get({ values, from: from + quantised, count: plain }, page, at + quantised);
    },
  });
}

const V4_GROUP = 64;
const V41_GROUP = 32;

/** Scale bytes of a V4 entry: one per group and at least one of padding, in eights (7 + 1 for 448 columns). */
const v4ScaleBytes = (quantised: number): number => Math.ceil((quantised / V4_GROUP + 1) / 8) * 8;

/** The V4 layout for a head of another size: `headDim - ropeDim` a multiple of 64. */
export function v4Format(headDim: number, ropeDim: number, plainAs: 'bf16' | 'f32' = 'bf16'): RecordFormat {
  const quantised = headDim - ropeDim;
  return pageSplitFormat({
    name: plainAs === 'bf16' ? 'v4' : 'v4RopeF32',
    quantised,
    plain: ropeDim,
    plainAs,
    group: V4_GROUP,
    scaleBytes: v4ScaleBytes(quantised),
    pageMultiple: quantised + ropeDim * 2,
  });
}

/** The V4.1 window layout for a head of `headDim` columns, a multiple of 32. */
export function v41WindowFormat(headDim: number): RecordFormat {
  return pageSplitFormat({
    name: 'v41Window',
    quantised: headDim,
    plain: 0,
    plainAs: 'bf16',
    group: V41_GROUP,
    scaleBytes: headDim / V41_GROUP,
    pageMultiple: 512,
  });
}

export const v4: RecordFormat = v4Format(512, 64);
export const v41Window: RecordFormat = v41WindowFormat(512);
