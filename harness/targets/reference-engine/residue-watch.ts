/**
 * Looks for what a request leaves behind: its canary as token ids and as text, and the bytes of its records, in everything that its session
 * held (pages in use and free, window rings, host copies, the prefix index) and in the files of its cold store.
 *
 * The same areas are searched twice, before the session is closed and after it: what is not found before says nothing after. Records are
 * those that the same engine makes of the same prompt in a session of its own without a cold store, so that they are known byte by byte.
 * Bytes that the runtime has not collected yet, and that nothing of the engine points to any more, are not seen.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDiskColdStore,
  type BatchRequest,
  type DiskColdStore,
  type Engine,
  type MemoryArea,
  type Session,
} from '../../../engine/index.ts';
import type { Tokenizer } from '../../schema/index.ts';
import { COLD_BYTES } from './knobs.ts';

export interface ResidueWatch {
  /** The session's cold store, in the folder that is watched. */
  open(): DiskColdStore;
  /** Searches everything with the session open; the requests are those whose traces are looked for. */
  before(session: Session, owners: readonly Owner[]): void;
  /** Searches the same again when it is closed. */
  after(): void;
  readonly counters: Readonly<Record<string, number>>;
  /** Removes the folder. */
  remove(): void;
}

export interface Owner {
  readonly request: BatchRequest;
  readonly canary: string;
}

/** Tokens of a run that is looked for; blocks of the index hold whole multiples of it. */
const RUN_TOKENS = 8;
const RECORD_BYTES = 48;
const RECORD_PATTERNS = 12;
/** Bytes of which fewer are different are no mark of anybody. */
const DIFFERENT_BYTES = 16;
const FILE_MODE = 0o600;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

export function createResidueWatch(engine: Engine, tokenizer: Tokenizer): ResidueWatch {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-residue-'));
  const master = new Uint8Array(randomBytes(KEY_BYTES));
  const counters = {
    residuePatterns: 0,
    residueFoundBefore: 0,
    residueFilesBefore: 0,
    residueFilesReadable: 0,
    residueBytes: 0,
    residueFound: 0,
    residueFilesLeft: 0,
  };
  let patterns: Buffer[] = [];
  let areas: readonly MemoryArea[] = [];
  const inMemory = (): number => {
    counters.residueBytes += areas.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return patterns.filter((pattern) => areas.some(({ bytes }) => holds(bytes, pattern))).length;
  };
  return {
    counters,
    open: () =>
      createDiskColdStore({
        directory,
        capacityBytes: COLD_BYTES,
        encryption: { keyOf: () => master, salt: new Uint8Array(randomBytes(SALT_BYTES)) },
      }),
    before(session, owners) {
      patterns = owners.flatMap((owner) => patternsOf(engine, tokenizer, owner));
      areas = owners.length === 0 ? [] : session.areas();
      counters.residuePatterns += patterns.length;
      counters.residueFoundBefore += inMemory();
      if (owners.length === 0) return;
      for (const { path, mode } of filesIn(directory)) {
        counters.residueFilesBefore++;
        const bytes = readFileSync(path);
        const open = mode !== FILE_MODE || patterns.some((pattern) => bytes.includes(pattern));
        if (open) counters.residueFilesReadable++;
      }
    },
    after() {
      counters.residueFound += inMemory();
      for (const { path } of filesIn(directory)) {
        counters.residueFilesLeft++;
        const bytes = readFileSync(path);
        counters.residueBytes += bytes.length;
        counters.residueFound += patterns.filter((pattern) => bytes.includes(pattern)).length;
      }
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function patternsOf(engine: Engine, tokenizer: Tokenizer, { request, canary }: Owner): Buffer[] {
  return [...tokenRuns(request.tokenIds, tokenizer.encode(canary)), Buffer.from(canary), ...recordsOf(engine, request)];
}

/** Runs of the prompt that hold a part of the canary, as 4 bytes a token, little-endian. */
function tokenRuns(prompt: ArrayLike<number>, canary: readonly number[]): Buffer[] {
  const ids = Array.from(prompt);
  const at = ids.findIndex((_, from) => canary.every((token, i) => ids[from + i] === token));
  const runs: Buffer[] = [];
  for (let from = 0; from + RUN_TOKENS <= ids.length; from += RUN_TOKENS)
    if (at >= 0 && from + RUN_TOKENS > at && from < at + canary.length) {
      const view = new DataView(new ArrayBuffer(RUN_TOKENS * 4));
      ids.slice(from, from + RUN_TOKENS).forEach((id, i) => view.setInt32(i * 4, id, true));
      runs.push(Buffer.from(view.buffer));
    }
  return runs;
}

function recordsOf(engine: Engine, request: BatchRequest): Buffer[] {
  const session = engine.openSession({ cold: null });
  session.run([request]);
  const found = session
    .areas()
    .filter(({ tier }) => tier === 'hot' || tier === 'warm')
    .flatMap(({ bytes }) =>
      [0, Math.floor(bytes.length / 2)].map((at) => Buffer.from(bytes.slice(at, at + RECORD_BYTES))),
    )
    .filter((bytes) => bytes.length === RECORD_BYTES && new Set(bytes).size >= DIFFERENT_BYTES);
  session.close();
  return found.slice(0, RECORD_PATTERNS);
}

const holds = (bytes: Uint8Array, pattern: Buffer): boolean =>
  Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength).includes(pattern);

function filesIn(directory: string): { readonly path: string; readonly mode: number }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'claim')
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, mode: lstatSync(path).mode & 0o777 }));
}
