import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskColdStore } from '../../../../engine/index.ts';
import type { ColdEncryption, DiskColdStore } from '../../../../engine/index.ts';

const page = (tenant: string, id = 'ab12', generation = 1) => ({ id, kind: 'page', tenant, generation }) as const;
const bytes = (seed: number, length = 700): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 7 + i * 13) & 255);
const encryption: ColdEncryption = {
  keyOf: (tenant) => (tenant === 'nobody' ? null : new Uint8Array(32).fill(tenant.length)),
  salt: new Uint8Array(16).fill(9),
};

let directory: string;
const stores: DiskColdStore[] = [];
const openStore = (secret: ColdEncryption | null = null, capacityBytes = 1e6): DiskColdStore => {
  const store = createDiskColdStore({ directory, capacityBytes, encryption: secret });
  stores.push(store);
  return store;
};
const filesOf = (store: DiskColdStore): string[] => readdirSync(store.folder).map((f) => join(store.folder, f));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-cold-test-'));
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe.each([
  ['plain', null],
  ['encrypted', encryption],
] as const)('a %s disk store', (_name, secret) => {
  it('gives back what was written, under exactly its key', () => {
    const store = openStore(secret);
    store.write(page('a'), bytes(1));
    expect(store.read(page('a'))).toEqual({ kind: 'bytes', bytes: bytes(1) });
    for (const other of [page('b'), page('a', 'ab13'), page('a', 'ab12', 2), { ...page('a'), kind: 'state' as const }])
      expect(store.read(other)).toEqual({ kind: 'missing' });
  });

  it('writes files of mode 0600 in a folder of mode 0700, and names nobody in them', () => {
    const store = openStore(secret);
    store.write(page('tenant-of-some-name'), bytes(1));
    const [file] = filesOf(store);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(store.folder).mode & 0o777).toBe(0o700);
    expect(file + readFileSync(file, 'latin1')).not.toContain('tenant-of-some-name');
  });

  it("calls another object's file, another tenant's and an older generation damaged", () => {
    const store = openStore(secret);
    const keys = [
      page('a'),
      page('b'),
      page('a', 'cd'),
      page('a', 'ab12', 2),
      { ...page('a'), kind: 'state' as const },
    ];
    const files = keys.map((key) => {
      const before = new Set(filesOf(store));
      store.write(key, bytes(3));
      return filesOf(store).find((f) => !before.has(f))!;
    });
    const contents = files.map((f) => readFileSync(f));
    for (let i = 1; i < keys.length; i++) {
      writeFileSync(files[0], contents[i]);
      expect(store.read(keys[0])).toMatchObject({ kind: 'damaged' });
    }
    writeFileSync(files[0], contents[0]);
    expect(store.read(keys[0])).toMatchObject({ kind: 'bytes' });
  });

  it('never follows a link and survives a folder in the place of a file', () => {
    const store = openStore(secret);
    store.write(page('a'), bytes(1));
    const [file] = filesOf(store);
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(file));
    rmSync(file);
    symlinkSync(elsewhere, file);
    expect(store.read(page('a'))).toMatchObject({ kind: 'damaged' });
    rmSync(file);
    mkdirSync(file);
    expect(store.read(page('a'))).toMatchObject({ kind: 'damaged' });
    expect(store.remove(page('a'))).toBe(true);
    expect(readFileSync(elsewhere).length).toBeGreaterThan(0);
  });

  it('keeps to its capacity and frees it again', () => {
    const store = openStore(secret, 2000);
    store.write(page('a'), bytes(1));
    store.write(page('b'), bytes(1));
    expect(() => store.write(page('c'), bytes(1))).toThrow(expect.objectContaining({ code: 'COLD_CAPACITY' }) as Error);
    const used = store.usedBytes;
    expect(filesOf(store).reduce((sum, f) => sum + statSync(f).size, 0)).toBe(used);
    store.write(page('b'), bytes(2));
    expect(store.usedBytes).toBe(used);
    store.remove(page('a'));
    store.write(page('c'), bytes(1));
    expect(store.objects).toBe(2);
  });

  it('removes its folder on close, and refuses to work afterwards', () => {
    const store = openStore(secret);
    store.write(page('a'), bytes(1));
    store.close();
    store.close();
    expect(readdirSync(directory)).toEqual([]);
    expect(() => store.read(page('a'))).toThrow(expect.objectContaining({ code: 'COLD_CLOSED' }) as Error);
  });
});

describe('an encrypted store', () => {
  it('does not store the bytes themselves, and never seals two writes alike', () => {
    const store = openStore(encryption);
    store.write(page('a'), bytes(1));
    const first = readFileSync(filesOf(store)[0]);
    store.write(page('a'), bytes(1));
    const second = readFileSync(filesOf(store)[0]);
    expect(first.includes(Buffer.from(bytes(1)).subarray(0, 16))).toBe(false);
    expect(first.subarray(88).equals(second.subarray(88))).toBe(false);
  });

  it('cannot be read with the key of another tenant or the salt of another store', () => {
    const store = openStore(encryption);
    const other = openStore({ ...encryption, salt: new Uint8Array(16).fill(10) });
    const wrongKey = openStore({ ...encryption, keyOf: () => new Uint8Array(32).fill(77) });
    store.write(page('a'), bytes(1));
    for (const reader of [other, wrongKey]) {
      reader.write(page('a'), bytes(2));
      writeFileSync(filesOf(reader)[0], readFileSync(filesOf(store)[0]));
      expect(reader.read(page('a'))).toMatchObject({ kind: 'damaged' });
    }
  });

  it('refuses a tenant without a key and a salt that is too short', () => {
    const store = openStore(encryption);
    expect(() => store.write(page('nobody'), bytes(1))).toThrow(
      expect.objectContaining({ code: 'COLD_NO_KEY' }) as Error,
    );
    expect(store.objects).toBe(0);
    expect(() => openStore({ ...encryption, salt: new Uint8Array(8) })).toThrow(/salt: expected at least 16/);
  });
});

describe('a new store', () => {
  it('removes what a dead process left, and nothing else', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const left = join(directory, `evenkeel-cold-${dead}-1`);
    const alive = join(directory, `evenkeel-cold-${process.ppid}-1`);
    const foreign = join(directory, 'evenkeel-cold-notes');
    const target = join(directory, 'target');
    for (const folder of [left, alive, foreign, target]) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), 'x');
    }
    const link = join(directory, `evenkeel-cold-${dead}-2`);
    symlinkSync(target, link);
    expect(openStore().recovered).toEqual({ folders: 1, files: 1 });
    expect(readdirSync(directory)).not.toContain(`evenkeel-cold-${dead}-1`);
    for (const kept of [alive, foreign, target, link]) expect(readdirSync(kept)).toEqual(['file']);
  });

  it('says plainly when its folder cannot be used', () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(() => createDiskColdStore({ directory: file, capacityBytes: 1, encryption: null })).toThrow(
      expect.objectContaining({ code: 'COLD_DISK' }) as Error,
    );
  });
});
