/**
 * FP8 records whose page is split: first the data of all entries, then the scales of all entries, then padding.
 *
 * `v4` (FlashMLA's MODEL1), 584 bytes: [448 e4m3][64 bf16 RoPE], then 7 ue8m0 (per 64) and one zero byte; page a multiple of 576.
 * `v41Window`, 528 bytes: [512 e4m3, RoPE columns included], then 16 ue8m0 (per 32); page a multiple of 512.
 * Source: specification sections 9.1 and 9.2; FlashMLA@9241ae3 tests/quant.py `MODEL1_FP8Sparse`; vllm#56893.
 * @module
 */
import { DEFAULT_SCALE_RULE, scaleOfExponent } from '../scale-rules.ts';
import { getBf16, getFp8, putBf16, putFp8 } from './columns.ts';
import type { RecordFormat } from './record-format.ts';
import { entriesOf, expectPage, pageSize } from './record-format.ts';

interface PageSplit {
  readonly name: string;
  /** Columns stored as e4m3; the first ones. */
  readonly quantised: number;
  /** Columns stored as bf16; the last ones. */
  readonly plain: number;
  readonly group: number;
  /** Bytes of an entry's scales, padding included. */
  readonly scaleBytes: number;
  readonly pageMultiple: number;
}

function pageSplitFormat(layout: PageSplit): RecordFormat {
  const { name, quantised, plain, group, scaleBytes } = layout;
  const dataBytes = quantised + plain * 2;
  const format = {
    name,
    dims: quantised + plain,
    bytesPerEntry: dataBytes + scaleBytes,
    pageMultiple: layout.pageMultiple,
  };
  return {
    name,
    dims: format.dims,
    bytesPerEntry: format.bytesPerEntry,
    pageBytes: (entries) => pageSize(format, entries),

    pack(values, options) {
      const entries = entriesOf(format, values);
      const page = new Uint8Array(pageSize(format, entries));
      for (let j = 0; j < entries; j++) {
        const at = j * dataBytes;
        const scalesAt = entries * dataBytes + j * scaleBytes;
        const from = j * format.dims;
        putFp8(
          { values, from, count: quantised, group },
          page,
          at,
          options?.scaleRule ?? DEFAULT_SCALE_RULE,
          (g, e) => {
            page[scalesAt + g] = e;
          },
        );
        putBf16({ values, from: from + quantised, count: plain }, page, at + quantised);
      }
      return page;
    },

    unpack(page, entries) {
      expectPage(name, page, entries, pageSize(format, entries));
      const values = new Float32Array(entries * format.dims);
      for (let j = 0; j < entries; j++) {
        const at = j * dataBytes;
        const scalesAt = entries * dataBytes + j * scaleBytes;
        const from = j * format.dims;
        getFp8({ values, from, count: quantised, group }, page, at, (g) => scaleOfExponent(page[scalesAt + g]));
        getBf16({ values, from: from + quantised, count: plain }, page, at + quantised);
      }
      return values;
    },
  };
}

export const v4: RecordFormat = pageSplitFormat({
  name: 'v4',
  quantised: 448,
  plain: 64,
  group: 64,
  scaleBytes: 8,
  pageMultiple: 576,
});

export const v41Window: RecordFormat = pageSplitFormat({
  name: 'v41Window',
  quantised: 512,
  plain: 0,
  group: 32,
  scaleBytes: 16,
  pageMultiple: 512,
});
