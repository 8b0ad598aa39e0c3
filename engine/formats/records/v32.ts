/**
 * V3.2 FP8 record, 656 bytes: [512 e4m3][4 f32 scales, one per 128 columns][64 bf16 RoPE], entry after entry.
 *
 * The scales are powers of two, as FlashMLA's quantiser makes them; reading accepts any f32 scale.
 * Source: FlashMLA@9241ae3 tests/quant.py `V32_FP8Sparse`.
 * @module
 */
import { DEFAULT_SCALE_RULE, scaleOfExponent } from '../scale-rules.ts';
import { getBf16, getFp8, putBf16, putFp8 } from './columns.ts';
import type { RecordFormat } from './record-format.ts';
import { entriesOf, expectPage, pageSize } from './record-format.ts';

const QUANTISED = 512;
const ROPE = 64;
const GROUP = 128;
const SCALES_AT = QUANTISED;
const ROPE_AT = SCALES_AT + (QUANTISED / GROUP) * 4;
const format = { name: 'v32', dims: QUANTISED + ROPE, bytesPerEntry: ROPE_AT + ROPE * 2, pageMultiple: 1 };

export const v32: RecordFormat = {
  name: format.name,
  dims: format.dims,
  bytesPerEntry: format.bytesPerEntry,
  pageBytes: (entries) => pageSize(format, entries),

  pack(values, options) {
    const entries = entriesOf(format, values);
    const page = new Uint8Array(pageSize(format, entries));
    const view = new DataView(page.buffer);
    for (let j = 0; j < entries; j++) {
      const at = j * format.bytesPerEntry;
      const from = j * format.dims;
      putFp8(
        { values, from, count: QUANTISED, group: GROUP },
        page,
        at,
        options?.scaleRule ?? DEFAULT_SCALE_RULE,
        (g, e) => view.setFloat32(at + SCALES_AT + 4 * g, scaleOfExponent(e), true),
      );
      putBf16({ values, from: from + QUANTISED, count: ROPE }, page, at + ROPE_AT);
    }
    return page;
  },

  unpack(page, entries) {
    expectPage(format.name, page, entries, pageSize(format, entries));
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const values = new Float32Array(entries * format.dims);
    for (let j = 0; j < entries; j++) {
      const at = j * format.bytesPerEntry;
      const from = j * format.dims;
      const scaleOf = (g: number): number => view.getFloat32(at + SCALES_AT + 4 * g, true);
      getFp8({ values, from, count: QUANTISED, group: GROUP }, page, at, scaleOf);
      getBf16({ values, from: from + QUANTISED, count: ROPE }, page, at + ROPE_AT);
    }
    return values;
  },
};
