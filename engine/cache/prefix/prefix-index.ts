/**
 * The prefix index: which complete blocks of tokens have a cached page, found by content.
 *
 * A block is found only through its whole prefix (its key chains over the blocks before) and only if its tokens are the same (compared,
 * not trusted to the hash). The incomplete last block is never shared: it is computed again.
 * @module
 */
import type { PrefixDomain, PrefixKey } from './prefix-key.ts';

export interface PrefixBlock {
  /** Key of the block and id of its page. */
  readonly key: string;
  readonly parent: string;
  /** Id of its page in a cold store that outlives the session. */
  readonly coldKey: string;
  readonly tokenIds: Int32Array;
  /** First position after the block. */
  readonly end: number;
}

export interface PrefixCounters {
  /** Requests that looked for a prefix, and those that found at least one block. */
  lookups: number;
  hits: number;
  misses: number;
  /** Blocks and tokens that were found. */
  hitBlocks: number;
  hitTokens: number;
  /** Equal key, other tokens: refused. */
  collisions: number;
}

export class PrefixIndex {
  readonly counters: PrefixCounters = { lookups: 0, hits: 0, misses: 0, hitBlocks: 0, hitTokens: 0, collisions: 0 };
  private readonly blockTokens: number;
  private readonly key: PrefixKey;
  private readonly blocks = new Map<string, PrefixBlock>();

  constructor(blockTokens: number, key: PrefixKey) {
    this.blockTokens = blockTokens;
    this.key = key;
  }

  get size(): number {
    return this.blocks.size;
  }

  has(key: string): boolean {
    return this.blocks.has(key);
  }

  /** The blocks of a prompt that are cached, first to last, within its first `limit` tokens: looked at, not counted as a lookup. */
  peek(tokenIds: Int32Array, domain: PrefixDomain, limit: number): PrefixBlock[] {
    const found: PrefixBlock[] = [];
    let parent = '';
    for (let end = this.blockTokens; end <= limit; end += this.blockTokens) {
      const tokens = tokenIds.subarray(end - this.blockTokens, end);
      const block = this.blocks.get(this.key.keyOf(parent, tokens, domain));
      if (block === undefined) break;
      if (this.key.verifyTokens && !(block.parent === parent && sameTokens(block.tokenIds, tokens))) {
        this.counters.collisions++;
        break;
      }
      found.push(block);
      parent = block.key;
    }
    return found;
  }

  /** As `peek`, for a request: counted. */
  find(tokenIds: Int32Array, domain: PrefixDomain, limit: number): PrefixBlock[] {
    const found = this.peek(tokenIds, domain, limit);
    this.counters.lookups++;
    if (found.length > 0) this.counters.hits++;
    else this.counters.misses++;
    this.counters.hitBlocks += found.length;
    this.counters.hitTokens += found.length * this.blockTokens;
    return found;
  }

  /** The key of the block that follows `parent`. */
  keyOf(parent: string, tokenIds: Int32Array, domain: PrefixDomain): string {
    return this.key.keyOf(parent, tokenIds, domain);
  }

  add(block: PrefixBlock): void {
    this.blocks.set(block.key, block);
  }

  /** The token ids that are kept for comparison. */
  areas(): Uint8Array[] {
    return Array.from(
      this.blocks.values(),
      ({ tokenIds: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
  }

  remove(key: string): void {
    this.blocks.delete(key);
  }

  /** The end of the session: tokens that were kept for comparison are wiped. */
  close(): void {
    for (const { tokenIds } of this.blocks.values()) tokenIds.fill(0);
    this.blocks.clear();
  }
}

function sameTokens(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
