/**
 * A memory table: rows that an n-gram's hash addresses. Rows are e4m3 codes with one ue8m0 scale per 32 columns (as released), or
 * plain float32; a read gives float32 values.
 *
 * Where the bytes lie (resident, host behind a small resident cache, disk behind a small cache) never changes a value.
 * Source: specification sections 12.8 and 12.9.
 * @module
 */
import { createHash } from 'node:crypto';
import { e4m3Values, scaleOfExponent } from '../../formats/index.ts';

/** Columns that share a scale. */
const ROW_SCALE_GROUP = 32;

export interface TableShape {
  readonly rows: number;
  readonly dim: number;
  readonly layout: 'fp8' | 'f32';
}

export interface TableCounters {
  reads: number;
  /** Reads that the resident cache of a host or disk table served, and those it did not. */
  cacheHits: number;
  cacheMisses: number;
  evictions: number;
}

export interface MemoryTable extends TableShape {
  readonly placement: 'resident' | 'host' | 'disk';
  /** SHA-256 over shape and content: prefix caches key on it. */
  readonly version: string;
  readonly counters: TableCounters;
  /** Writes row `row` to out[at .. at + dim). @throws RangeError on a row outside the table */
  read(row: number, out: Float32Array, at: number): void;
  close(): void;
}

/** A table's bytes, row after row. */
export interface TableContent extends TableShape {
  /** [rows, rowBytes]: fp8: dim codes then dim / 32 scales; f32: dim floats, little-endian */
  readonly bytes: Uint8Array;
}

export function rowBytes({ dim, layout }: TableShape): number {
  return layout === 'fp8' ? dim + dim / ROW_SCALE_GROUP : dim * 4;
}

/** @param scales - [rows, dim / 32] ue8m0 */
export function fp8Content(codes: Uint8Array, scales: Uint8Array, rows: number, dim: number): TableContent {
  const groups = dim / ROW_SCALE_GROUP;
  if (!Number.isInteger(groups) || codes.length !== rows * dim || scales.length !== rows * groups)
    throw new RangeError(
      `memory table: expected [${rows}, ${dim}] codes and [${rows}, ${groups}] scales, got ${codes.length} and ${scales.length}`,
    );
  const bytes = new Uint8Array(rows * (dim + groups));
  for (let r = 0; r < rows; r++) {
    bytes.set(codes.subarray(r * dim, (r + 1) * dim), r * (dim + groups));
    bytes.set(scales.subarray(r * groups, (r + 1) * groups), r * (dim + groups) + dim);
  }
  return { rows, dim, layout: 'fp8', bytes };
}

export function f32Content(values: Float32Array, rows: number, dim: number): TableContent {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((v, i) => view.setFloat32(i * 4, v, true));
  return { rows, dim, layout: 'f32', bytes };
}

export function contentVersion({ rows, dim, layout, bytes }: TableContent): string {
  return createHash('sha256').update(`evenkeel/memory-table/v1/${rows}/${dim}/${layout}:`).update(bytes).digest('hex');
}

/** Values of one row's bytes. Exact: an e4m3 value times a power of two. */
export function decodeRow(
  { dim, layout }: TableShape,
  bytes: Uint8Array,
  from: number,
  out: Float32Array,
  at: number,
): void {
  if (layout === 'f32') {
    const view = new DataView(bytes.buffer, bytes.byteOffset + from, dim * 4);
    for (let i = 0; i < dim; i++) out[at + i] = view.getFloat32(4 * i, true);
    return;
  }
  for (let i = 0; i < dim; i++)
    out[at + i] = e4m3Values[bytes[from + i]] * scaleOfExponent(bytes[from + dim + Math.floor(i / ROW_SCALE_GROUP)]);
}

export function checkRow(row: number, { rows }: TableShape): void {
  if (!Number.isInteger(row) || row < 0 || row >= rows)
    throw new RangeError(`memory table: expected a row from 0 to ${rows - 1}, got ${row}`);
}
