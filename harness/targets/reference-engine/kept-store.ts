/**
 * The cold store of a level whose sessions follow each other: encrypted files in a folder of their own, that every session finds again.
 *
 * Keys and salts are drawn here, as a server draws them: they are in no record, and no number depends on them.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskColdStore, type DiskColdStore } from '../../../engine/index.ts';
import { COLD_BYTES } from './knobs.ts';

export interface KeptStore {
  readonly directory: string;
  /** A session's store; the one before must be closed. */
  open(): DiskColdStore;
  /** Removes the folder. */
  remove(): void;
}

const KEY_BYTES = 32;
const SALT_BYTES = 16;

export function createKeptStore(): KeptStore {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-kept-'));
  const master = new Uint8Array(randomBytes(KEY_BYTES));
  return {
    directory,
    open: () =>
      createDiskColdStore({
        directory,
        capacityBytes: COLD_BYTES,
        keep: true,
        encryption: { keyOf: () => master, salt: new Uint8Array(randomBytes(SALT_BYTES)) },
      }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
