/**
 * A cold store on disk: one file per object in a folder of this process, removed on close and after a crash at the next start. With
 * `keep` the folder and its files stay, and a later store in the same directory, of this process or another, finds them.
 *
 * File names are the SHA-256 of all key fields; nobody's name is in them. Files have mode 0600, folders 0700; links are never
 * followed. A write appears under its name only when it is whole (temporary name, rename; no fsync: a file that a crash has damaged is no loss). Everything about a file is checked
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
import { digestOf, fileBytes, ownerOf, readColdFile, readColdHeader, SALT_BYTES, writeColdFile } from './cold-file.ts';
import { claimFolder, listKept, placeOf, releaseFolder } from './kept-folder.ts';
import { isRunning } from './processes.ts';

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
  /**
   * The objects outlive the store: a later one in this directory, with the same master keys, finds them. One store at a time has them.
   * When room is short those go first that nobody has asked for since the store was opened, the oldest first.
   */
  readonly keep?: boolean;
}

export interface DiskColdStore extends ColdStore {
  /** The folder of this store. */
  readonly folder: string;
  /** What crashed processes had left. */
  readonly recovered: { readonly folders: number; readonly files: number };
}

const KEPT_FOLDER = 'evenkeel-cold-kept';
const FOLDER_NAME = /^evenkeel-cold-(\d+)-(\d+)$/;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const KEY_BYTES = 32;

let stores = 0;

/** @throws ColdStoreError when the folder cannot be used or an option is wrong */
export function createDiskColdStore(options: DiskColdStoreOptions): DiskColdStore {
  const { directory, capacityBytes, encryption = null, keep = false } = options;
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
      if (cause instanceof ColdStoreError) throw cause;
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
  const folder = join(directory, keep ? KEPT_FOLDER : `evenkeel-cold-${process.pid}-${++stores}`);
  onDisk(folder, () => (keep ? claimFolder(folder) : mkdirSync(folder, { mode: FOLDER_MODE })));
  const sizes = new Map<string, number>();
  /** Of a store that keeps: where each object lies, and the files that nobody has asked for yet. */
  const places = new Map<string, { readonly name: string; readonly generation: number }>();
  const unclaimed = new Set<string>();
  const keys = new Map<string, Uint8Array>();
  let usedBytes = 0;
  let counter = 0n;
  let closed = false;

  const fileOf = ({ id, kind, tenant, generation }: ColdKey): string =>
    digestOf('evenkeel/cold-name/v1', id, kind, tenant, String(generation)).toString('hex');
  /** @param salt - of the store that wrote: this one, or an earlier one in its directory */
  const keyOf = (
    tenant: string,
    salt = encryption?.salt.subarray(0, SALT_BYTES),
  ): { key: Uint8Array; salt: Uint8Array } | null => {
    if (encryption === null || salt === undefined) return null;
    const id = `${Buffer.from(salt).toString('hex')} ${tenant}`;
    let key = keys.get(id);
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
      key = new Uint8Array(hkdfSync('sha256', master, salt, info, KEY_BYTES));
      keys.set(id, key);
    }
    return { key, salt };
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
    unclaimed.delete(name);
    return true;
  };
  const discard = (name: string): boolean => {
    if (!forget(name)) return false;
    rmSync(join(folder, name), { force: true, recursive: true });
    return true;
  };
  const place = ({ id, tenant, kind }: Omit<ColdKey, 'generation'>): string => placeOf(ownerOf({ id, tenant }), kind);
  if (keep)
    for (const { name, bytes, place: where, generation } of onDisk(folder, () => listKept(folder))) {
      sizes.set(name, bytes);
      usedBytes += bytes;
      unclaimed.add(name);
      places.set(where, { name, generation });
    }

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
      const room = (): number => capacityBytes - usedBytes + (sizes.get(name) ?? 0);
      for (const old of unclaimed) if (size > room() && old !== name) discard(old);
      const free = room();
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
      if (!keep) return;
      const before = places.get(place(key));
      if (before !== undefined && before.name !== name) discard(before.name);
      places.set(place(key), { name, generation: key.generation });
    },

    read(key): ColdRead {
      open();
      const name = fileOf(key);
      if (!sizes.has(name)) return { kind: 'missing' };
      const file = readWhole(join(folder, name), capacityBytes);
      if (typeof file === 'string') return { kind: 'damaged', why: file };
      return readColdFile(file, key, keyOf(key.tenant, keep ? readColdHeader(file)?.salt : undefined));
    },

    remove(key) {
      open();
      places.delete(place(key));
      return discard(fileOf(key));
    },

    ...(keep && {
      find: (object: Omit<ColdKey, 'generation'>) => {
        const found = places.get(place(object));
        if (found === undefined || !sizes.has(found.name)) return null;
        unclaimed.delete(found.name);
        return found.generation;
      },
    }),

    close() {
      if (closed) return;
      closed = true;
      sizes.clear();
      usedBytes = 0;
      if (keep) releaseFolder(folder);
      else rmSync(folder, { recursive: true, force: true });
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
