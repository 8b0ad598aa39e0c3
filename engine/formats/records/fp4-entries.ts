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
import { entriesOf, expectPage, pageSize } from './record-format.ts';

function fp4Format(name: string, dims: number, group: number, scale: Fp4Scale): RecordFormat {
  const scalesAt = dims / 2;
  const format = { name, dims, bytesPerEntry: scalesAt + dims / group, pageMultiple: 1 };
  return {
    name,
    dims,
    bytesPerEntry: format.bytesPerEntry,
    pageBytes: (entries) => pageSize(format, entries),

    pack(values) {
      const entries = entriesOf(format, values);
      const page = new Uint8Array(pageSize(format, entries));
      for (let j = 0; j < entries; j++) {
        const at = j * format.bytesPerEntry;
        putFp4({ values, from: j * dims, count: dims, group }, page, at, at + scalesAt, scale);
      }
      return page;
    },

    unpack(page, entries) {
      expectPage(name, page, entries, pageSize(format, entries));
      const values = new Float32Array(entries * dims);
      for (let j = 0; j < entries; j++) {
        const at = j * format.bytesPerEntry;
        getFp4({ values, from: j * dims, count: dims, group }, page, at, at + scalesAt, scale);
      }
      return values;
    },
  };
}

export const v41Main: RecordFormat = fp4Format('v41Main', 512, 16, NVFP4_SCALE);
export const indexer: RecordFormat = fp4Format('indexer', 128, 32, MX_SCALE);
