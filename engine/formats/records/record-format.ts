/**
 * A KV record format: whole pages of entries, packed from float32 values and unpacked to them.
 *
 * Promise: `unpack(pack(x))` has the bits of the fake-quantised, bf16-rounded x. Padding is zero when written and ignored when read.
 * A NaN or infinity in a quantised column is an error. Numbers are little-endian on every machine.
 * @module
 */
import type { ScaleRule } from '../scale-rules.ts';

export interface PackOptions {
  /** How FP8 scales are floored; formats with FP4 columns alone have one rule and ignore it. Default `amax-floor`. */
  readonly scaleRule?: ScaleRule;
}

export interface RecordFormat {
  readonly name: string;
  /** Values per entry. */
  readonly dims: number;
  /** Bytes per entry, without the padding of a page. */
  readonly bytesPerEntry: number;
  /** Bytes of a page of n entries, padding included. @throws RangeError unless entries is an integer >= 1 */
  pageBytes(entries: number): number;
  /**
   * @param values - [n, dims] f32
   * @returns one page of n entries
   * @throws RangeError when the length is not a multiple of dims, or a quantised column is not finite
   */
  pack(values: Float32Array, options?: PackOptions): Uint8Array;
  /**
   * @param page - exactly `pageBytes(entries)` bytes
   * @returns [entries, dims] f32, each a bf16 value
   * @throws RangeError when the page has another length
   */
  unpack(page: Uint8Array, entries: number): Float32Array;
}

/** Page of n entries whose size is rounded up to a multiple of `pageMultiple`. */
export function pageSize(
  format: { name: string; bytesPerEntry: number; pageMultiple: number },
  entries: number,
): number {
  if (!Number.isInteger(entries) || entries < 1)
    throw new RangeError(`${format.name}: expected a page of at least 1 entry, got ${entries}`);
  return Math.ceil((entries * format.bytesPerEntry) / format.pageMultiple) * format.pageMultiple;
}

/** Number of entries in `values`. */
export function entriesOf(format: { name: string; dims: number }, values: Float32Array): number {
  if (values.length === 0 || values.length % format.dims !== 0)
    throw new RangeError(`${format.name}: expected values of n * ${format.dims} elements, got ${values.length}`);
  return values.length / format.dims;
}

/** Checks the length of a page. */
export function expectPage(name: string, page: Uint8Array, entries: number, bytes: number): void {
  if (page.length !== bytes)
    throw new RangeError(`${name}: expected a page of ${bytes} bytes for ${entries} entries, got ${page.length}`);
}
