/**
 * KV records by name: how entries of the cache lie in bytes.
 * @module
 */
import { indexer, v41Main } from './fp4-entries.ts';
import { v4, v41Window } from './fp8-page-split.ts';
import { v32 } from './v32.ts';

/** The released layouts at their released sizes. */
export const records = { v32, v4, v41Window, v41Main, indexer } as const;

export { v41MainFormat } from './fp4-entries.ts';
export { chooseRecords, RECORD_CHOICES } from './record-set.ts';
export type { RecordChoice, RecordSet } from './record-set.ts';
export type { PageEntries } from './page-entries.ts';
export type { PackOptions, RecordFormat } from './record-format.ts';
export { kvBytesPerToken } from './kv-bytes.ts';
export type { KvSchedule } from './kv-bytes.ts';
