/** `node:crypto` for the digest in a browser: SHA-256 alone, by noble-hashes. What else is imported exists and refuses. @module */
import { sha256 } from '@noble/hashes/sha2.js';

/** The few methods of a Buffer that the engine calls. */
class Bytes extends Uint8Array {
  readUInt32LE(at) {
    return new DataView(this.buffer, this.byteOffset, this.byteLength).getUint32(at, true);
  }
  toString(encoding) {
    if (encoding !== 'hex') throw new Error(`expected hex, got ${encoding}`);
    return Array.from(this, (b) => b.toString(16).padStart(2, '0')).join('');
  }
}

export function createHash(name) {
  if (name !== 'sha256') throw new Error(`expected sha256, got ${name}`);
  const hash = sha256.create();
  return {
    update(data) {
      hash.update(typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));
      return this;
    },
    digest(encoding) {
      const bytes = Bytes.from(hash.digest());
      return encoding === undefined ? bytes : bytes.toString(encoding);
    },
  };
}

const refuse = () => {
  throw new Error('not in a browser');
};
export { refuse as hkdfSync, refuse as createCipheriv, refuse as createDecipheriv };
