/**
 * Entries of one page of records, to be decoded together.
 * @module
 */
import type { RecordFormat } from './record-format.ts';

export interface PageEntries {
  readonly kind: 'page';
  readonly format: RecordFormat;
  /** The records' own page: a section of a cache page, or a window ring. */
  readonly page: Uint8Array;
  /** Entries that the page holds. */
  readonly entries: number;
  /** Which of them, in this order. */
  readonly index: Int32Array;
  readonly count: number;
}
