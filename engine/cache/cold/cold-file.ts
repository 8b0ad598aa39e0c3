/**
 * The bytes of one cold file: header, payload, checksum. Parsing believes nothing: not the length, not the name, not the owner.
 *
 * ```
 * 0   8  magic "EVKCOLD1"
 * 8   1  format version (1)
 * 9   1  flags: bit 0 = encrypted
 * 10  1  kind: 0 page, 1 state
 * 11  1  zero
 * 12  4  generation, u32
 * 16  8  payload length, u64
 * 24 32  SHA-256 of (id, tenant), domain-separated: whose object this is, without naming anybody
 * 56 16  salt of the store (zero when plain)
 * 72 12  nonce (zero when plain)
 * 84  4  zero
 * 88  n  payload (ciphertext of the same length when encrypted)
 *  +     16 bytes GCM tag (header = additional data), or 32 bytes SHA-256 of header and payload
 * ```
 * Numbers are little-endian. @module
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { ColdKey, ColdRead } from '../tiers/cold-port.ts';

// not Buffer: the module is also loaded where there is none (a browser)
const MAGIC = new TextEncoder().encode('EVKCOLD1');
const VERSION = 1;
const ENCRYPTED = 1;
const AT = { version: 8, flags: 9, kind: 10, generation: 12, length: 16, owner: 24, salt: 56, nonce: 72 } as const;
export const HEADER_BYTES = 88;
const DIGEST_BYTES = 32;
const TAG_BYTES = 16;
export const SALT_BYTES = 16;
const NONCE_BYTES = 12;

/** What encrypts one file: a key of the tenant in this store, and a counter that was never used with it. */
export interface Seal {
  /** AES-256-GCM key. */
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  readonly counter: bigint;
}

/** Bytes of a file with a payload of n bytes. */
export const fileBytes = (payload: number, encrypted: boolean): number =>
  HEADER_BYTES + payload + (encrypted ? TAG_BYTES : DIGEST_BYTES);

/** SHA-256 over fields with their lengths in front. */
export function digestOf(...fields: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const field of fields) hash.update(`${Buffer.byteLength(field)}:`).update(field);
  return hash.digest();
}

export const ownerOf = ({ id, tenant }: Pick<ColdKey, 'id' | 'tenant'>): Buffer =>
  digestOf('evenkeel/cold-owner/v1', id, tenant);

/** What a header says of its file; nothing of it is believed before `readColdFile`. */
export interface ColdHeader {
  readonly kind: ColdKey['kind'];
  readonly generation: number;
  readonly owner: Buffer;
  /** Of the store that wrote the file. */
  readonly salt: Uint8Array;
}

/** @param file - from its first byte on; null = not a cold file of this version */
export function readColdHeader(file: Buffer): ColdHeader | null {
  if (file.length < HEADER_BYTES || !file.subarray(0, 8).equals(MAGIC) || file[AT.version] !== VERSION) return null;
  return {
    kind: file[AT.kind] === 0 ? 'page' : 'state',
    generation: file.readUInt32LE(AT.generation),
    owner: file.subarray(AT.owner, AT.owner + 32),
    salt: file.subarray(AT.salt, AT.salt + SALT_BYTES),
  };
}

export function writeColdFile(key: ColdKey, payload: Uint8Array, seal: Seal | null): Uint8Array {
  const out = Buffer.alloc(fileBytes(payload.length, seal !== null));
  out.set(MAGIC);
  out[AT.version] = VERSION;
  out[AT.flags] = seal === null ? 0 : ENCRYPTED;
  out[AT.kind] = key.kind === 'page' ? 0 : 1;
  out.writeUInt32LE(key.generation, AT.generation);
  out.writeBigUInt64LE(BigInt(payload.length), AT.length);
  ownerOf(key).copy(out, AT.owner);
  if (seal === null) {
    out.set(payload, HEADER_BYTES);
    createHash('sha256')
      .update(out.subarray(0, -DIGEST_BYTES))
      .digest()
      .copy(out, out.length - DIGEST_BYTES);
    return out;
  }
  out.set(seal.salt.subarray(0, SALT_BYTES), AT.salt);
  out.writeBigUInt64LE(seal.counter, AT.nonce);
  const cipher = createCipheriv('aes-256-gcm', seal.key, out.subarray(AT.nonce, AT.nonce + NONCE_BYTES));
  cipher.setAAD(out.subarray(0, HEADER_BYTES));
  out.set(cipher.update(payload), HEADER_BYTES);
  cipher.final();
  cipher.getAuthTag().copy(out, out.length - TAG_BYTES);
  return out;
}

/** @param open - the key with which the tenant's objects of this store are encrypted; null = they are plain */
export function readColdFile(
  file: Buffer,
  key: ColdKey,
  open: { readonly key: Uint8Array; readonly salt: Uint8Array } | null,
): ColdRead {
  const damaged = (why: string): ColdRead => ({ kind: 'damaged', why });
  if (file.length < HEADER_BYTES) return damaged(`expected a header of ${HEADER_BYTES} bytes, got ${file.length}`);
  if (!file.subarray(0, 8).equals(MAGIC)) return damaged('not a cold file');
  if (file[AT.version] !== VERSION) return damaged(`expected format version ${VERSION}, got ${file[AT.version]}`);
  if (file[AT.flags] !== (open === null ? 0 : ENCRYPTED))
    return damaged(`expected flags ${open === null ? 0 : ENCRYPTED}, got ${file[AT.flags]}`);
  if (file[AT.kind] !== (key.kind === 'page' ? 0 : 1)) return damaged(`not a ${key.kind}`);
  if (file.readUInt32LE(AT.generation) !== key.generation)
    return damaged(`expected generation ${key.generation}, got ${file.readUInt32LE(AT.generation)}`);
  if (!file.subarray(AT.owner, AT.owner + 32).equals(ownerOf(key))) return damaged('of another object or tenant');
  const length = file.readBigUInt64LE(AT.length);
  if (BigInt(file.length) !== BigInt(fileBytes(0, open !== null)) + length)
    return damaged(`expected a payload of ${length} bytes, got a file of ${file.length}`);
  const payload = file.subarray(HEADER_BYTES, HEADER_BYTES + Number(length));
  if (open === null) {
    const digest = createHash('sha256').update(file.subarray(0, -DIGEST_BYTES)).digest();
    return digest.equals(file.subarray(-DIGEST_BYTES))
      ? { kind: 'bytes', bytes: new Uint8Array(payload) }
      : damaged('checksum differs');
  }
  if (!file.subarray(AT.salt, AT.salt + SALT_BYTES).equals(open.salt.subarray(0, SALT_BYTES)))
    return damaged('of another store');
  const decipher = createDecipheriv('aes-256-gcm', open.key, file.subarray(AT.nonce, AT.nonce + NONCE_BYTES));
  decipher.setAAD(file.subarray(0, HEADER_BYTES));
  decipher.setAuthTag(file.subarray(-TAG_BYTES));
  const bytes = decipher.update(payload);
  try {
    decipher.final();
  } catch {
    return damaged('authentication failed');
  }
  return { kind: 'bytes', bytes: new Uint8Array(bytes) };
}
