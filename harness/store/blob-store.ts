/**
 * Blobs: the bits of logits, content-addressed. `blobs/ab/<sha256>` is named by what is in it.
 *
 * A blob is on the disk before the line that names it is written, so that a line never names a blob that a crash has taken.
 * Bytes are checked on the way in and on the way out: a blob is the bytes of its name or an error.
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../ports/index.ts';
import { sha256Hex, type LogitsBlob } from '../schema/index.ts';
import { isTemporary, writeFileAtomic } from './json-file.ts';

const BYTES_PER_FLOAT = 4;

export interface BlobStore {
  /**
   * Stores bytes; does nothing when they are there.
   *
   * @throws DataError when the bytes do not have the digest
   */
  put(sha256: string, bytes: Uint8Array): void;
  has(sha256: string): boolean;
  /** Removes what writers that were killed have left; only for the one writer there is. */
  clean(): void;
  /** @throws DataError when the blob is missing or its bytes do not have its digest */
  get(sha256: string): Uint8Array;
  /**
   * [rows, cols] float32.
   *
   * @throws DataError as `get`, and when the blob's size is not that of its shape
   */
  loadLogits(blob: LogitsBlob): Float32Array;
}

export function openBlobStore(directory: string): BlobStore {
  const pathOf = (sha256: string): string => {
    if (!sha256Hex.safeParse(sha256).success) throw new RangeError(`blob: expected 64 hex digits, got ${sha256}`);
    return join(directory, sha256.slice(0, 2), sha256);
  };
  const get = (sha256: string): Uint8Array => {
    const path = pathOf(sha256);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (cause) {
      throw new DataError({
        code: 'DATA_BLOB_MISSING',
        at: path,
        expected: 'a blob',
        got: cause instanceof Error ? cause.message.split(':', 1)[0] : 'nothing there',
        hint: 'The run folder is not complete; run again, or take the folder from a backup.',
        cause,
      });
    }
    const digest = sha256Of(bytes);
    if (digest === sha256) return bytes;
    throw new DataError({
      code: 'DATA_BLOB_CORRUPT',
      at: path,
      expected: `bytes with the SHA-256 ${sha256}`,
      got: `${bytes.length} bytes with ${digest}`,
      hint: 'The blob was damaged after it was written.',
    });
  };
  return {
    put: (sha256, bytes) => {
      const digest = sha256Of(bytes);
      if (digest !== sha256)
        throw new DataError({
          code: 'DATA_BLOB_DIGEST',
          at: `blob ${sha256}`,
          expected: 'bytes with this SHA-256',
          got: `${bytes.length} bytes with ${digest}`,
          hint: 'The target named its logits wrongly.',
        });
      const path = pathOf(sha256);
      // A size that differs is a blob that a crash or a hand has cut: write it again.
      if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length) return;
      writeFileAtomic(path, bytes);
    },
    clean: () => {
      if (!existsSync(directory)) return;
      for (const folder of readdirSync(directory))
        for (const name of readdirSync(join(directory, folder)).filter(isTemporary))
          rmSync(join(directory, folder, name), { force: true });
    },
    has: (sha256) => statSync(pathOf(sha256), { throwIfNoEntry: false })?.isFile() ?? false,
    get,
    loadLogits: (blob) => {
      const bytes = get(blob.sha256);
      const size = blob.rows * blob.cols * BYTES_PER_FLOAT;
      if (bytes.length !== size)
        throw new DataError({
          code: 'DATA_BLOB_SHAPE',
          at: pathOf(blob.sha256),
          expected: `${size} bytes for [${blob.rows}, ${blob.cols}] float32`,
          got: `${bytes.length} bytes`,
          hint: 'The line that names the blob was damaged or edited.',
        });
      return floatsOf(bytes);
    },
  };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Little-endian on disk, whatever the machine is. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const floats = new Float32Array(bytes.length / BYTES_PER_FLOAT);
  // Through the integer bits, so that the payload of a NaN survives.
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint32(i * BYTES_PER_FLOAT, true);
  return floats;
}
