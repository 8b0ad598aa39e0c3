/**
 * Audit of records: each record carries {writer, layer, position, hash of the tokens up to it, checksum}, checked on every read.
 *
 * The token hash is of the whole prefix, so that a record of the right place but of another content is found even where pages are
 * shared on purpose. The tables exist in audit mode alone.
 * @module
 */
import { murmur3Words } from '../formats/index.ts';
import type { RecordFormat } from '../formats/index.ts';
import type { PageLayout } from './page-layout.ts';

/** What a record says about itself. */
export interface RecordTag {
  readonly writer: string;
  /** First position that the record covers. */
  readonly position: number;
  /** Hash of the request's tokens up to and with the last position that the record covers. */
  readonly tokenHash: number;
}

/** Where a record lies, for messages. */
export interface RecordPlace {
  readonly layer: number;
  readonly kind: 'window' | 'kv' | 'index-key';
  /** Page id, or the ring. */
  readonly page: string;
}

/** A record was read that is not what the reader must see. */
export class AuditError extends Error {
  readonly code = 'ENGINE_AUDIT';
  readonly request: string;
  readonly place: RecordPlace;

  constructor(request: string, place: RecordPlace, position: number, expected: string, got: string) {
    super(
      `audit: request ${request}, layer ${place.layer}, ${place.kind}, ${place.page}, position ${position}: ` +
        `expected ${expected}, got ${got}`,
    );
    this.name = 'AuditError';
    this.request = request;
    this.place = place;
  }
}

/** Tags of the records of one page or ring, by record number. */
export class AuditTable {
  private readonly writers: (string | null)[];
  private readonly positions: Int32Array;
  private readonly tokenHashes: Uint32Array;
  private readonly checksums: Uint32Array;

  constructor(records: number) {
    this.writers = new Array<string | null>(records).fill(null);
    this.positions = new Int32Array(records).fill(-1);
    this.tokenHashes = new Uint32Array(records);
    this.checksums = new Uint32Array(records);
  }

  clear(): void {
    this.writers.fill(null);
    this.positions.fill(-1);
  }

  /** Puts the tag of a record back as it is now. */
  undoOf(record: number): () => void {
    const writer = this.writers[record];
    const [position, tokenHash, checksum] = [this.positions[record], this.tokenHashes[record], this.checksums[record]];
    return () => {
      this.writers[record] = writer;
      this.positions[record] = position;
      this.tokenHashes[record] = tokenHash;
      this.checksums[record] = checksum;
    };
  }

  write(record: number, tag: RecordTag, checksum: number): void {
    this.writers[record] = tag.writer;
    this.positions[record] = tag.position;
    this.tokenHashes[record] = tag.tokenHash;
    this.checksums[record] = checksum;
  }

  /** Takes the tags of a page that moved; after a lossy move (`page` given) its bytes are what they now are. */
  takeOver(from: AuditTable, page: { readonly bytes: Uint8Array } | null, layout: PageLayout): void {
    this.writers.splice(0, this.writers.length, ...from.writers);
    this.positions.set(from.positions);
    this.tokenHashes.set(from.tokenHashes);
    this.checksums.set(from.checksums);
    if (page === null) return;
    for (const { format, at, entriesPerPage, firstEntry } of layout.sections)
      for (let e = 0; e < entriesPerPage; e++)
        this.checksums[firstEntry + e] = entryChecksum(format, page.bytes, at, entriesPerPage, e);
  }

  /** @throws AuditError when the record is unwritten, of another place or content, or its bytes changed */
  check(record: number, want: RecordTag, checksum: number, place: RecordPlace): void {
    const fail = (expected: string, got: string): never => {
      throw new AuditError(want.writer, place, want.position, expected, got);
    };
    const writer = this.writers[record];
    if (writer === null) return fail('a written record', 'one that was never written');
    if (this.positions[record] !== want.position)
      fail(`the record of position ${want.position}`, `the one of position ${this.positions[record]}, by ${writer}`);
    if (this.tokenHashes[record] !== want.tokenHash)
      fail(`the record of these tokens`, `one of other tokens, written by ${writer}`);
    if (this.checksums[record] !== checksum)
      fail(`checksum ${hex(this.checksums[record])}`, `${hex(checksum)}, written by ${writer}`);
  }
}

const hex = (x: number): string => x.toString(16).padStart(8, '0');

/** 32 bits over the bytes of one entry of a page that begins at byte `at` of `bytes`. */
export function entryChecksum(
  format: RecordFormat,
  bytes: Uint8Array,
  at: number,
  entries: number,
  entry: number,
): number {
  let sum = 0;
  for (const [from, to] of format.entryRanges(entries, entry)) [sum] = murmur3Words(bytes, sum, at + from, at + to);
  return sum;
}

/** Hash of the tokens up to each position, made as they come. */
export class TokenHashes {
  private hashes = new Uint32Array(64);
  length = 0;

  /** Takes the token of position `length`. */
  push(token: number): void {
    if (this.length === this.hashes.length) {
      const larger = new Uint32Array(this.hashes.length * 2);
      larger.set(this.hashes);
      this.hashes = larger;
    }
    let h = Math.imul((this.length === 0 ? 0x9e3779b9 : this.hashes[this.length - 1]) ^ token, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13) ^ this.length, 0xc2b2ae35);
    this.hashes[this.length++] = (h ^ (h >>> 16)) >>> 0;
  }

  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  at(position: number): number {
    return position < this.length ? this.hashes[position] : 0;
  }
}
