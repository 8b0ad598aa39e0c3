/**
 * A KV record format: whole pages of entries, packed from float32 values and unpacked to them, and single entries of a page.
 *
 * Promise: `unpack(pack(x))` has the bits of the fake-quantised x. Padding is zero when written and ignored when read.
 * A NaN or infinity in a quantised column is an error. Numbers are little-endian on every machine.
 * @module
 */
import { DEFAULT_SCALE_RULE } from '../scale-rules.ts';
import type { ScaleRule } from '../scale-rules.ts';

export interface PackOptions {
  /** How FP8 scales are floored; formats with FP4 columns alone have one rule and ignore it. Default `amax-floor`. */
  readonly scaleRule?: ScaleRule;
}

/** A layout that kernels decode too. */
export type RecordShape =
  /** Codes and ue8m0 scales of 32 columns, entry after entry. */
  | { readonly kind: 'fp4' }
  /** e4m3 columns, then plain ones; the scales of all entries behind the data of all entries. */
  | {
      readonly kind: 'fp8';
      readonly quantised: number;
      readonly group: number;
      readonly plain: number;
      readonly plainAs: 'bf16' | 'f32';
      readonly scaleBytes: number;
    };

export interface RecordFormat {
  readonly name: string;
  /** null = decoded here alone. */
  readonly shape: RecordShape | null;
  /** Values per entry. */
  readonly dims: number;
  /** Bytes per entry, without the padding of a page. */
  readonly bytesPerEntry: number;
  /** Bytes of a page of n entries, padding included. @throws RangeError unless entries is an integer >= 1 */
  pageBytes(entries: number): number;
  /**
   * Writes one entry of a page.
   *
   * @param page - the page's bytes; `entries` is how many it holds (its layout depends on that)
   * @param values - [dims] f32 from `from`
   * @throws RangeError when a quantised column is not finite
   */
  writeEntry(page: Uint8Array, entries: number, entry: number, values: Float32Array, from: number): void;
  /** Reads one entry of a page to out[outFrom .. outFrom + dims). */
  readEntry(page: Uint8Array, entries: number, entry: number, out: Float32Array, outFrom: number): void;
  /** The byte ranges [from, to) of one entry: its data and, where they lie apart, its scales. For checksums. */
  entryRanges(entries: number, entry: number): readonly (readonly [number, number])[];
  /**
   * @param values - [n, dims] f32
   * @returns one page of n entries
   * @throws RangeError when the length is not a multiple of dims, or a quantised column is not finite
   */
  pack(values: Float32Array, options?: PackOptions): Uint8Array;
  /**
   * @param page - exactly `pageBytes(entries)` bytes
   * @returns [entries, dims] f32
   * @throws RangeError when the page has another length
   */
  unpack(page: Uint8Array, entries: number): Float32Array;
}

/** What tells one format from another; everything else follows. */
export interface RecordLayout {
  readonly name: string;
  readonly shape?: RecordShape;
  readonly dims: number;
  readonly bytesPerEntry: number;
  readonly pageMultiple: number;
  /** Of bytesPerEntry, how many lie behind the data of all entries of the page; 0 = entry after entry. */
  readonly tailBytes: number;
  /** Writes the entry whose data begin at `at` and whose tail begins at `tail`. */
  write(page: Uint8Array, at: number, tail: number, values: Float32Array, from: number, rule: ScaleRule): void;
  read(page: Uint8Array, at: number, tail: number, out: Float32Array, outFrom: number): void;
}

/** Builds the format that a layout describes. */
export function defineRecordFormat(layout: RecordLayout): RecordFormat {
  const { name, dims, bytesPerEntry, tailBytes } = layout;
  const dataBytes = bytesPerEntry - tailBytes;
  const tailAt = (entries: number, entry: number): number =>
    tailBytes === 0 ? (entry + 1) * dataBytes : entries * dataBytes + entry * tailBytes;
  const format: RecordFormat = {
    name,
    shape: layout.shape ?? null,
    dims,
    bytesPerEntry,
    pageBytes: (entries) => pageSize(layout, entries),
    writeEntry: (page, entries, entry, values, from) =>
      layout.write(page, entry * dataBytes, tailAt(entries, entry), values, from, DEFAULT_SCALE_RULE),
    readEntry: (page, entries, entry, out, outFrom) =>
      layout.read(page, entry * dataBytes, tailAt(entries, entry), out, outFrom),
    entryRanges(entries, entry) {
      const data: [number, number] = [entry * dataBytes, (entry + 1) * dataBytes];
      if (tailBytes === 0) return [data];
      return [data, [tailAt(entries, entry), tailAt(entries, entry) + tailBytes]];
    },
    pack(values, options) {
      const entries = entriesOf(layout, values);
      const page = new Uint8Array(pageSize(layout, entries));
      const rule = options?.scaleRule ?? DEFAULT_SCALE_RULE;
      for (let j = 0; j < entries; j++) layout.write(page, j * dataBytes, tailAt(entries, j), values, j * dims, rule);
      return page;
    },
    unpack(page, entries) {
      const bytes = pageSize(layout, entries);
      if (page.length !== bytes)
        throw new RangeError(`${name}: expected a page of ${bytes} bytes for ${entries} entries, got ${page.length}`);
      const values = new Float32Array(entries * dims);
      for (let j = 0; j < entries; j++) layout.read(page, j * dataBytes, tailAt(entries, j), values, j * dims);
      return values;
    },
  };
  return format;
}

/** Page of n entries whose size is rounded up to a multiple of `pageMultiple`. */
function pageSize(layout: RecordLayout, entries: number): number {
  if (!Number.isInteger(entries) || entries < 1)
    throw new RangeError(`${layout.name}: expected a page of at least 1 entry, got ${entries}`);
  return Math.ceil((entries * layout.bytesPerEntry) / layout.pageMultiple) * layout.pageMultiple;
}

/** Number of entries in `values`. */
function entriesOf(layout: RecordLayout, values: Float32Array): number {
  if (values.length === 0 || values.length % layout.dims !== 0)
    throw new RangeError(`${layout.name}: expected values of n * ${layout.dims} elements, got ${values.length}`);
  return values.length / layout.dims;
}
