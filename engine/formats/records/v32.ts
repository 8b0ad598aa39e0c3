/**
 * V3.2 FP8 record, 656 bytes: [512 e4m3][4 f32 scales, one per 128 columns][64 bf16 RoPE], entry after entry.
 *
 * The scales are powers of two, as FlashMLA's quantiser makes them; reading accepts any f32 scale.
 * Source: FlashMLA@9241ae3 tests/quant.py `V32_FP8Sparse`.
 * @module
 */
import { scaleOfExponent } from '../scale-rules.ts';
import { getBf16, getFp8, putBf16, putFp8 } from './columns.ts';
import type { RecordFormat } from './record-format.ts';
import { defineRecordFormat } from './record-format.ts';

const QUANTISED = 512;
const ROPE = 64;
const GROUP = 128;
const SCALES_AT = QUANTISED;
const ROPE_AT = SCALES_AT + (QUANTISED / GROUP) * 4;

const viewOf = (page: Uint8Array): DataView => new DataView(page.buffer, page.byteOffset, page.byteLength);

export const v32: RecordFormat = defineRecordFormat({
  name: 'v32',
  dims: QUANTISED + ROPE,
  bytesPerEntry: ROPE_AT + ROPE * 2,
  pageMultiple: 1,
  tailBytes: 0,
  write(page, at, _tail, values, from, rule) {
    const view = viewOf(page);
    putFp8({ values, from, count: QUANTISED, group: GROUP }, page, at, rule, (g, e) =>
      view.setFloat32(at + SCALES_AT + 4 * g, scaleOfExponent(e), true),
    );
    putBf16({ values, from: from + QUANTISED, count: ROPE }, page, at + ROPE_AT);
  },
  read(page, at, _tail, values, from) {
    const view = viewOf(page);
    getFp8({ values, from, count: QUANTISED, group: GROUP }, page, at, (g) =>
      view.getFloat32(at + SCALES_AT + 4 * g, true),
    );
    getBf16({ values, from: from + QUANTISED, count: ROPE }, page, at + ROPE_AT);
  },
});
