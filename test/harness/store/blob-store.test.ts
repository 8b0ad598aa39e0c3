import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../harness/ports/index.ts';
import { openBlobStore } from '../../../harness/store/blob-store.ts';
import { temporaryFolder } from '../../support/run-records.ts';

const bits = Uint32Array.from([0x3f800000, 0x80000000, 0x7fc00001, 0x7f800000]); // 1, -0, a NaN with a payload, infinity
const bytes = new Uint8Array(bits.buffer);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const blob = { kind: 'blob', sha256, rows: 2, cols: 2 } as const;

const pathIn = (folder: string): string => join(folder, sha256.slice(0, 2), sha256);

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof DataError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('the blob store', () => {
  it('keeps the bits of logits, -0 and NaN included', () => {
    const store = openBlobStore(temporaryFolder());
    store.put(sha256, bytes);
    expect(new Uint32Array(store.loadLogits(blob).buffer)).toEqual(bits);
    expect(store.has(sha256)).toBe(true);
  });

  it('writes a blob once, under its digest, and leaves no temporary file', () => {
    const folder = temporaryFolder();
    const store = openBlobStore(folder);
    store.put(sha256, bytes);
    utimesSync(pathIn(folder), 1000, 1000);
    store.put(sha256, bytes);
    expect(statSync(pathIn(folder)).mtimeMs).toBe(1_000_000);
    expect(readdirSync(join(folder, sha256.slice(0, 2)))).toEqual([sha256]);
  });

  it('writes a blob again that a crash has cut', () => {
    const folder = temporaryFolder();
    const store = openBlobStore(folder);
    mkdirSync(join(folder, sha256.slice(0, 2)));
    writeFileSync(pathIn(folder), bytes.subarray(0, 5));
    store.put(sha256, bytes);
    expect(store.get(sha256)).toEqual(Buffer.from(bytes));
  });

  it('refuses bytes that are not those of the digest, going in and coming out', () => {
    const folder = temporaryFolder();
    const store = openBlobStore(folder);
    expect(codeOf(() => store.put(sha256, bytes.subarray(1)))).toBe('DATA_BLOB_DIGEST');
    store.put(sha256, bytes);
    const flipped = bytes.slice();
    flipped[3] ^= 1;
    writeFileSync(pathIn(folder), flipped);
    expect(codeOf(() => store.get(sha256))).toBe('DATA_BLOB_CORRUPT');
    expect(codeOf(() => store.loadLogits(blob))).toBe('DATA_BLOB_CORRUPT');
  });

  it('names a blob that is not there, and one of another shape', () => {
    const folder = temporaryFolder();
    const store = openBlobStore(folder);
    expect(() => store.get(sha256)).toThrow(pathIn(folder));
    expect(codeOf(() => store.get(sha256))).toBe('DATA_BLOB_MISSING');
    store.put(sha256, bytes);
    expect(codeOf(() => store.loadLogits({ ...blob, rows: 3 }))).toBe('DATA_BLOB_SHAPE');
  });

  it('takes nothing but a digest for a name', () => {
    const store = openBlobStore(temporaryFolder());
    for (const name of ['../../etc/passwd', sha256.toUpperCase(), sha256.slice(1), ''])
      expect(() => store.get(name)).toThrow(RangeError);
  });
});
