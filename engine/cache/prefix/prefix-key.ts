/**
 * Keys of the prefix cache: a SHA-256 chain over complete blocks of token ids.
 *
 * key(block) = SHA-256 over fields, each with its name and length in front (so that no two different lists of fields have the same
 * bytes): a version, the parent's key, the tenant's salt, the adapter, the memory-table version, the engine's fingerprint (all that
 * changes the cached numbers), and the block's token ids. Two tenants, adapters or tables never share a key.
 * Source: specification section 10; defects 43 to 50 (what goes wrong without each field).
 * @module
 */
import { createHash } from 'node:crypto';

const utf8 = new TextEncoder();

/** What a prefix belongs to, besides its tokens. */
export interface PrefixDomain {
  /** Isolates tenants: equal prompts under different salts share nothing. */
  readonly salt: string;
  readonly adapter: string;
  readonly memoryVersion: string;
  /** Everything else that changes cached numbers: checkpoint, precision, records. */
  readonly engine: string;
}

/** A part of the engine: how the key of a block is made, and whether tokens are compared on a hit. */
export interface PrefixKey {
  readonly name: string;
  /** @param parent - key of the block before; '' for the first */
  keyOf(parent: string, tokenIds: Int32Array, domain: PrefixDomain): string;
  /** Compare the tokens themselves when a key is found. */
  readonly verifyTokens: boolean;
}

export const sha256PrefixKey: PrefixKey = {
  name: 'sha256-chain',
  verifyTokens: true,
  keyOf(parent, tokenIds, domain) {
    const hash = createHash('sha256');
    const field = (name: string, value: string | Uint8Array): void => {
      const bytes = typeof value === 'string' ? utf8.encode(value) : value;
      hash.update(`${name.length}:${name}${bytes.length}:`);
      hash.update(bytes);
    };
    field('format', 'evenkeel/prefix-block/v1');
    field('parent', parent);
    field('salt', domain.salt);
    field('adapter', domain.adapter);
    field('memory', domain.memoryVersion);
    field('engine', domain.engine);
    const tokens = new DataView(new ArrayBuffer(tokenIds.length * 4));
    tokenIds.forEach((id, i) => tokens.setInt32(i * 4, id, true));
    field('tokens', new Uint8Array(tokens.buffer));
    return hash.digest('hex');
  },
};
