/**
 * SHA-256 over fields: each field is preceded by its length and the whole by a domain, so that neither moving a border between two
 * fields nor using the fields for something else can give the same digest.
 * @module
 */
import { createHash } from 'node:crypto';

/** Text is hashed as UTF-8; a list of numbers as 4 bytes each, little-endian, unsigned. */
export type DigestField = string | readonly number[];

/**
 * @param domain - what the digest is of, for example `evenkeel/unit/1`
 * @returns 64 hex digits
 */
export function digestOf(domain: string, fields: Iterable<DigestField>): string {
  const hash = createHash('sha256');
  const update = (bytes: Uint8Array): void => {
    const length = new DataView(new ArrayBuffer(8));
    length.setBigUint64(0, BigInt(bytes.length), true);
    hash.update(new Uint8Array(length.buffer));
    hash.update(bytes);
  };
  update(textBytes(domain));
  for (const field of fields) update(typeof field === 'string' ? textBytes(field) : numberBytes(field));
  return hash.digest('hex');
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function numberBytes(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  for (const [index, number] of numbers.entries()) view.setUint32(index * 4, number, true);
  return new Uint8Array(view.buffer);
}
