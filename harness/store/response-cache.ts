/**
 * The cache of answered units, beside the runs and outside all of them: `<directory>/entries/ab/<key>.json` and `<directory>/blobs/`.
 *
 * Invariant: it can be deleted at any moment, and nothing in it is believed without a check. An entry that is damaged, of another
 * version, too old or from the future is as if it were not there; the unit is then measured.
 * @module
 */
import { join } from 'node:path';
import { DataError } from '../ports/index.ts';
import { blobDigests, SCHEMA_VERSION, type CacheEntry, type Observation } from '../schema/index.ts';
import { openBlobStore } from './blob-store.ts';
import { readRecord, recordText, writeFileAtomic } from './json-file.ts';

export interface ResponseCache {
  /** Null when there is no entry that can be used. */
  find(keySha256: string): CacheEntry | null;
  keep(entry: Omit<CacheEntry, 'schemaVersion'>, loadBlob: (sha256: string) => Uint8Array): void;
  /** @throws DataError when the blob is missing or damaged */
  loadBlob(sha256: string): Uint8Array;
}

export interface ResponseCacheOptions {
  readonly directory: string;
  readonly maxAgeMs: number;
  /** The wall clock, ISO. */
  readonly now: () => string;
}

export function openResponseCache({ directory, maxAgeMs, now }: ResponseCacheOptions): ResponseCache {
  const blobs = openBlobStore(join(directory, 'blobs'));
  const pathOf = (key: string): string => join(directory, 'entries', key.slice(0, 2), `${key}.json`);
  return {
    find: (keySha256) => {
      const entry = readEntry(pathOf(keySha256));
      if (entry === null || entry.keySha256 !== keySha256) return null;
      const ageMs = Date.parse(now()) - Date.parse(entry.keptAt);
      return ageMs >= 0 && ageMs <= maxAgeMs ? entry : null;
    },
    keep: (entry, loadBlob) => {
      const text = recordText('cacheEntry', { schemaVersion: SCHEMA_VERSION, ...entry }, 'cache entry');
      // blobs first, so that no entry names what is not there
      for (const sha256 of blobsOf(entry.observation)) blobs.put(sha256, loadBlob(sha256));
      writeFileAtomic(pathOf(entry.keySha256), text);
    },
    loadBlob: (sha256) => blobs.get(sha256),
  };
}

/** The digests that an observation names, each once. */
export function blobsOf({ levels }: Pick<Observation, 'levels'>): string[] {
  return [...new Set(levels.flatMap(({ requests }) => requests.flatMap(blobDigests)))];
}

function readEntry(path: string): CacheEntry | null {
  try {
    return readRecord(path, 'cacheEntry');
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}
