/**
 * FP4 records, entry after entry: e2m1 pairs (even column in the low nibble), then one scale byte per group.
 *
 * `v41Main`, 288 bytes: 512 columns, NVFP4 scales (e4m3, per 16), no global scale, quantised after RoPE.
 * `indexer`, 68 bytes: the key of the lightning indexer, 128 columns, MX scales (ue8m0, per 32).
 * Source: specification section 9.1; vllm#57344.
 * @module
 */
import type { Fp4Scale } from './columns.ts';
import { getFp4, MX_SCALE, NVFP4_SCALE, putFp4 } from './columns.ts';
import type { RecordFormat } from './record-format.ts';
import { defineRecordFormat } from './record-format.ts';

function fp4Format(name: string, dims: number, group: number, scale: Fp4Scale): RecordFormat {
  const codeBytes = dims / 2;
  return defineRecordFormat({
    name,
    ...(scale === MX_SCALE && group === MX_GROUP ? { shape: { kind: 'fp4' } } : {}),
    dims,
    bytesPerEntry: codeBytes + dims / group,
    pageMultiple: 1,
    tailBytes: 0,
    write: (page, at, _tail, values, from) =>
      putFp4({ values, from, count: dims, group }, page, at, at + codeBytes, scale),
    read: (page, at, _tail, values, from) =>
      getFp4({ values, from, count: dims, group }, page, at, at + codeBytes, scale),
  });
}

const MX_GROUP = 32;
const NVFP4_GROUP = 16;

/** Indexer keys of `dims` columns (a multiple of 32). */
export const indexerFormat = (dims: number): RecordFormat => fp4Format('indexer', dims, MX_GROUP, MX_SCALE);
/** V4.1 main entries of `dims` columns (a multiple of 16). */
export const v41MainFormat = (dims: number): RecordFormat => fp4Format('v41Main', dims, NVFP4_GROUP, NVFP4_SCALE);

export const v41Main: RecordFormat = v41MainFormat(512);
export const indexer: RecordFormat = indexerFormat(128);
