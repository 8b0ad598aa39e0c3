/**
 * A cold store on disk: one file per object in a folder of this process, removed on close and after a crash at the next start.
 *
 * File names are the SHA-256 of all key fields; nobody's name is in them. Files have mode 0600, folders 0700; links are never
 * followed. A write appears under its name only when it is whole (temporary name, rename; no fsync: files do not outlive the process). Everything about a file is checked
 * on a read (`cold-file.ts`); what is off in any way is `damaged`, never bytes.
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import type { ColdKey, ColdRead, ColdStore } from '../tiers/cold-port.ts';
import { ColdStoreError } from './cold-errors.ts';
import { digestOf, fileBytes, readColdFile, SALT_BYTES, writeColdFile } from './cold-file.ts';

export interface ColdEncryption {
  /** 32 bytes, or null: that tenant's objects are refused. */
  readonly keyOf: (tenant: string) => Uint8Array | null;
  /**
   * At least 16 bytes that were never used before, from a good source of randomness: the engine has none of its own. Every store
   * derives its keys with it, so that a counter is enough for a nonce.
   */
  readonly salt: Uint8Array;
}

export interface DiskColdStoreOptions {
  /** Made if it is missing. The store works in a sub-folder. */
  readonly directory: string;
  readonly capacityBytes: number;
  /** null or absent = files are plain. */
  readonly encryption?: ColdEncryption | null;
}

export interface DiskColdStore extends ColdStore {
  /** The folder of this store. */
  readonly folder: string;
  /** What crashed processes had left. */
  readonly recovered: { readonly folders: number; readonly files: number };
}

const FOLDER_NAME = /^evenkeel-cold-(\d+)-(\d+)$/;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const KEY_BYTES = 32;

let stores = 0;

/** @throws ColdStoreError when the folder cannot be used or an option is wrong */
export function createDiskColdStore(options: DiskColdStoreOptions): DiskColdStore {
  const { directory, capacityBytes, encryption = null } = options;
  if (encryption !== null && encryption.salt.length < SALT_BYTES)
    throw new ColdStoreError('COLD_OPTION', {
      at: 'cold store, encryption.salt',
      expected: `at least ${SALT_BYTES} fresh random bytes`,
      got: `${encryption.salt.length}`,
      hint: 'Take them from crypto.randomBytes, once per store.',
    });
  const onDisk = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new ColdStoreError(
        'COLD_DISK',
        {
          at: `cold store, ${what}`,
          expected: 'a folder that can be written',
          got: cause instanceof Error ? cause.message : String(cause),
          hint: 'Check the folder, its rights and the free space.',
        },
        cause,
      );
    }
  };
  onDisk(directory, () => mkdirSync(directory, { recursive: true, mode: FOLDER_MODE }));
  const recovered = onDisk(directory, () => removeLeftovers(directory));
  const folder = join(directory, `evenkeel-cold-${process.pid}-${++stores}`);
  onDisk(folder, () => mkdirSync(folder, { mode: FOLDER_MODE }));
  const sizes = new Map<string, number>();
  const keys = new Map<string, Uint8Array>();
  let usedBytes = 0;
  let counter = 0n;
  let closed = false;

  const fileOf = ({ id, kind, tenant, generation }: ColdKey): string =>
    digestOf('evenkeel/cold-name/v1', id, kind, tenant, String(generation)).toString('hex');
  const keyOf = (tenant: string): { key: Uint8Array; salt: Uint8Array } | null => {
    if (encryption === null) return null;
    let key = keys.get(tenant);
    if (key === undefined) {
      const master = encryption.keyOf(tenant);
      if (master?.length !== KEY_BYTES)
        throw new ColdStoreError('COLD_NO_KEY', {
          at: 'cold store, encryption.keyOf',
          expected: `a key of ${KEY_BYTES} bytes`,
          got: master === null ? 'none' : `${master?.length ?? 0} bytes`,
          hint: 'A tenant without a key is never stored; give it one or turn its cold tier off.',
        });
      const info = digestOf('evenkeel/cold-key/v1', tenant);
      key = new Uint8Array(hkdfSync('sha256', master, encryption.salt, info, KEY_BYTES));
      keys.set(tenant, key);
    }
    return { key, salt: encryption.salt };
  };
  const open = (): void => {
    if (closed)
      throw new ColdStoreError('COLD_CLOSED', {
        at: 'cold store',
        expected: 'an open store',
        got: 'a closed one',
        hint: '',
      });
  };
  const forget = (name: string): boolean => {
    const size = sizes.get(name);
    if (size === undefined) return false;
    usedBytes -= size;
    sizes.delete(name);
    return true;
  };

  return {
    name: encryption === null ? 'disk' : 'disk(aes-256-gcm)',
    folder,
    recovered,
    capacityBytes,
    get usedBytes() {
      return usedBytes;
    },
    get objects() {
      return sizes.size;
    },
    has: (key) => sizes.has(fileOf(key)),

    write(key, bytes) {
      open();
      const name = fileOf(key);
      const size = fileBytes(bytes.length, encryption !== null);
      const free = capacityBytes - usedBytes + (sizes.get(name) ?? 0);
      if (size > free)
        throw new ColdStoreError('COLD_CAPACITY', {
          at: `cold store, ${folder}`,
          expected: `at most ${free} bytes`,
          got: String(size),
          hint: 'Raise the capacity, or remove objects first.',
        });
      const seal = keyOf(key.tenant);
      const file = writeColdFile(key, bytes, seal === null ? null : { ...seal, counter: ++counter });
      onDisk(folder, () => writeWhole(join(folder, name), file));
      forget(name);
      sizes.set(name, size);
      usedBytes += size;
    },

    read(key): ColdRead {
      open();
      const name = fileOf(key);
      if (!sizes.has(name)) return { kind: 'missing' };
      const file = readWhole(join(folder, name), capacityBytes);
      return typeof file === 'string' ? { kind: 'damaged', why: file } : readColdFile(file, key, keyOf(key.tenant));
    },

    remove(key) {
      open();
      const name = fileOf(key);
      if (!forget(name)) return false;
      rmSync(join(folder, name), { force: true, recursive: true });
      return true;
    },

    close() {
      if (closed) return;
      closed = true;
      sizes.clear();
      usedBytes = 0;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Under a temporary name first; a failed write leaves nothing. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.part`;
  rmSync(temporary, { force: true });
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const handle = openSync(temporary, flags, FILE_MODE);
  try {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The file's bytes, or why they cannot be had. A link is not followed; a huge file is not read. */
function readWhole(path: string, limit: number): Buffer | string {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    return error instanceof Error && 'code' in error ? `cannot be opened (${String(error.code)})` : 'cannot be opened';
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) return 'not a file';
    if (stat.size > limit) return `larger than the store (${stat.size} bytes)`;
    const out = Buffer.alloc(stat.size);
    let at = 0;
    for (let n = -1; at < out.length && n !== 0; at += n) n = readSync(handle, out, at, out.length - at, at);
    return at === out.length ? out : 'shorter than its size';
  } catch (error) {
    return error instanceof Error && 'code' in error ? `cannot be read (${String(error.code)})` : 'cannot be read';
  } finally {
    closeSync(handle);
  }
}

/** Folders of our name whose process no longer runs. Links and anything else are left alone. */
function removeLeftovers(directory: string): { folders: number; files: number } {
  let folders = 0;
  let files = 0;
  for (const name of readdirSync(directory)) {
    const match = FOLDER_NAME.exec(name);
    const path = join(directory, name);
    if (match === null || !lstatSync(path).isDirectory() || isRunning(Number(match[1]))) continue;
    files += readdirSync(path).length;
    rmSync(path, { recursive: true, force: true });
    folders++;
  }
  return { folders, files };
}

/** A process of that number exists. Numbers are used again, so that a leftover may stay until its namesake ends. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
