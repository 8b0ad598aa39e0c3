/**
 * Logits as bits: little-endian bytes, their digests, and the blobs of a level.
 *
 * Prompt positions are hashed as they come, chunk by chunk, so that the digest does not depend on the chunking and no prompt's
 * logits are ever held as a whole.
 * @module
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { LevelResult, Logits } from '../schema/index.ts';

const BYTES_PER_FLOAT = 4;

/** The bytes of the values, little-endian on every machine. A view where the machine is little-endian: use it before the next step. */
function logitBytes(values: Float32Array): Uint8Array {
  if (endianness() === 'LE') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.from(bytes).swap32();
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Digest of each row of [n, cols]. */
export function rowDigests(values: Float32Array, cols: number): string[] {
  const bytes = logitBytes(values);
  const rowBytes = cols * BYTES_PER_FLOAT;
  return Array.from({ length: bytes.length / rowBytes }, (_, row) =>
    sha256Of(bytes.subarray(row * rowBytes, (row + 1) * rowBytes)),
  );
}

/** SHA-256 over token ids, 4 bytes each, little-endian. */
export function tokenDigest(tokenIds: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(tokenIds.length * 4));
  for (const [index, id] of tokenIds.entries()) view.setUint32(index * 4, id, true);
  return sha256Of(new Uint8Array(view.buffer));
}

/** The digest of values that come in parts. */
export function createLogitHash(): { readonly add: (values: Float32Array) => void; readonly hex: () => string } {
  const hash = createHash('sha256');
  return { add: (values) => void hash.update(logitBytes(values)), hex: () => hash.digest('hex') };
}

/** The blobs of one level, each once. */
export interface BlobShelf {
  keep(values: Float32Array, cols: number): Logits;
  readonly blobs: LevelResult['blobs'];
}

export function createBlobShelf(): BlobShelf {
  const blobs: { sha256: string; bytes: Uint8Array }[] = [];
  const known = new Set<string>();
  return {
    blobs,
    keep: (values, cols) => {
      // A copy of its own, so that it can be moved to another thread.
      const bytes = new Uint8Array(logitBytes(values));
      const sha256 = sha256Of(bytes);
      if (!known.has(sha256)) {
        known.add(sha256);
        blobs.push({ sha256, bytes });
      }
      return { kind: 'blob', sha256, rows: values.length / cols, cols };
    },
  };
}
