/**
 * KV records by name: how entries of the cache lie in bytes.
 * @module
 */
import { indexer, v41Main } from './fp4-entries.ts';
import { v4, v41Window } from './fp8-page-split.ts';
import { v32 } from './v32.ts';

export const records = { v32, v4, v41Window, v41Main, indexer } as const;

export type { PackOptions, RecordFormat } from './record-format.ts';
export { kvBytesPerToken } from './kv-bytes.ts';
export type { KvSchedule } from './kv-bytes.ts';
