/**
 * The folder of a store that outlives its process: one store has it at a time, and what lies in it is listed when it is opened.
 *
 * The claim is a file with the number of its process. One that a killed process has left is taken over; the number of a running process,
 * this one included, is a folder in use.
 * @module
 */
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ColdStoreError } from './cold-errors.ts';
import { HEADER_BYTES, readColdHeader } from './cold-file.ts';
import { isRunning } from './processes.ts';

export interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  /** Whose object of which kind it is, as one word. */
  readonly place: string;
  readonly generation: number;
}

const CLAIM = 'claim';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** @throws ColdStoreError when another store has the folder */
export function claimFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const claim = join(folder, CLAIM);
  const owner = claimedBy(claim);
  if (owner !== null && isRunning(owner))
    throw new ColdStoreError('COLD_IN_USE', {
      at: `cold store, ${folder}`,
      expected: 'a folder that no other store has open',
      got: `one that process ${owner} has`,
      hint: 'Close the other store, or keep this one in another directory.',
    });
  rmSync(claim, { force: true });
  // exclusive: of two stores that take the same folder over, one fails
  writeFileSync(claim, String(process.pid), { flag: 'wx', mode: FILE_MODE });
}

export function releaseFolder(folder: string): void {
  rmSync(join(folder, CLAIM), { force: true });
}

/** Whole files, the oldest first. What is not one (a write that was interrupted) is removed. */
export function listKept(folder: string): KeptFile[] {
  const found: { readonly file: KeptFile; readonly writtenMs: number }[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (name === CLAIM) continue;
    const path = join(folder, name);
    const stat = lstatSync(path);
    const header = stat.isFile() && !name.endsWith('.part') ? readColdHeader(firstBytes(path)) : null;
    if (header === null) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    const { owner, kind, generation } = header;
    const file = { name, bytes: stat.size, place: placeOf(owner, kind), generation };
    found.push({ file, writtenMs: stat.mtimeMs });
  }
  return found.sort((a, b) => a.writtenMs - b.writtenMs).map(({ file }) => file);
}

export const placeOf = (owner: Buffer, kind: string): string => `${owner.toString('hex')}/${kind}`;

function claimedBy(claim: string): number | null {
  try {
    const pid = Number(readFileSync(claim, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    // no claim
    return null;
  }
}

function firstBytes(path: string): Buffer {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return bytes.subarray(0, readSync(handle, bytes, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(handle);
  }
}
