/**
 * Float32 records, entry after entry: the control. What goes in comes out, bit for bit.
 * @module
 */
import { getF32, putF32 } from './columns.ts';
import type { RecordFormat } from './record-format.ts';
import { defineRecordFormat } from './record-format.ts';

/** Entries of `dims` float32 values. */
export function float32Format(dims: number): RecordFormat {
  return defineRecordFormat({
    name: 'f32',
    dims,
    bytesPerEntry: dims * 4,
    pageMultiple: 1,
    tailBytes: 0,
    write: (page, at, _tail, values, from) => putF32({ values, from, count: dims }, page, at),
    read: (page, at, _tail, values, from) => getF32({ values, from, count: dims }, page, at),
  });
}
