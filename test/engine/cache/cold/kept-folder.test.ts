import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskColdStore } from '../../../../engine/index.ts';
import type { DiskColdStore } from '../../../../engine/index.ts';

const page = (tenant: string, id = 'ab12', generation = 1) => ({ id, kind: 'page', tenant, generation }) as const;
const bytes = (seed: number, length = 700): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 7 + i * 13) & 255);
const FILE_BYTES = 88 + 700 + 16;

let directory: string;
const stores: DiskColdStore[] = [];
/** Each store with a salt of its own, as the option asks for. */
const openStore = (master = 1, capacityBytes = 1e6): DiskColdStore => {
  const store = createDiskColdStore({
    directory,
    capacityBytes,
    keep: true,
    encryption: { keyOf: () => new Uint8Array(32).fill(master), salt: new Uint8Array(16).fill(stores.length + 1) },
  });
  stores.push(store);
  return store;
};
const filesOf = ({ folder }: DiskColdStore): string[] => readdirSync(folder).filter((name) => name !== 'claim');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-kept-test-'));
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a disk store that keeps', () => {
  it('is found again by a later store with the same key, and by none with another one', () => {
    const first = openStore();
    first.write(page('a'), bytes(1));
    first.close();
    const second = openStore();
    const { generation: _, ...object } = page('a');
    expect(second.find?.(object)).toBe(1);
    expect(second.find?.({ ...object, tenant: 'b' })).toBeNull();
    expect(second.find?.({ ...object, kind: 'state' })).toBeNull();
    expect(second.read(page('a'))).toEqual({ kind: 'bytes', bytes: bytes(1) });
    second.close();
    expect(openStore(2).read(page('a'))).toEqual({ kind: 'damaged', why: 'authentication failed' });
  });

  it('holds files of mode 0600 without the bytes that went in', () => {
    const store = openStore();
    const secret = new TextEncoder().encode('passphrase is cobalt fig 913');
    store.write(page('a'), secret);
    store.close();
    const [file] = filesOf(store).map((name) => join(store.folder, name));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).includes(Buffer.from(secret))).toBe(false);
  });

  it('keeps the last write of an object, and nothing that was removed', () => {
    const store = openStore();
    store.write(page('a', 'ab12', 1), bytes(1));
    store.write(page('a', 'ab12', 2), bytes(2));
    store.write(page('a', 'ab13', 3), bytes(3));
    store.remove(page('a', 'ab13', 3));
    expect(filesOf(store)).toHaveLength(1);
    store.close();
    const { generation: _, ...object } = page('a');
    expect(openStore().find?.(object)).toBe(2);
  });

  it('makes room with what nobody has asked for, the oldest first', () => {
    const first = openStore();
    for (const [index, id] of ['aa', 'bb', 'cc'].entries()) {
      first.write(page('a', id), bytes(1));
      for (const name of filesOf(first))
        if (statSync(join(first.folder, name)).mtimeMs > 1e6)
          utimesSync(join(first.folder, name), index + 1, index + 1);
    }
    first.close();
    const second = openStore(1, 3 * FILE_BYTES);
    expect(second.find?.({ id: 'aa', kind: 'page', tenant: 'a' })).toBe(1);
    second.write(page('a', 'dd', 9), bytes(4));
    const found = ['aa', 'bb', 'cc', 'dd'].map((id) => second.find?.({ id, kind: 'page', tenant: 'a' }));
    expect(found).toEqual([1, null, 1, 9]);
    expect(second.usedBytes).toBe(3 * FILE_BYTES);
  });

  it('is open once at a time; what a dead process had open is taken over', () => {
    const store = openStore();
    expect(() => openStore()).toThrow(`one that process ${process.pid} has`);
    store.write(page('a'), bytes(1));
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(join(store.folder, 'claim'), String(pid));
    const second = openStore();
    expect(second.read(page('a')).kind).toBe('bytes');
  });

  it('removes what an interrupted write has left, and what is no cold file', () => {
    const store = openStore();
    store.write(page('a'), bytes(1));
    store.close();
    writeFileSync(join(store.folder, 'ab.part'), readFileSync(join(store.folder, filesOf(store)[0])));
    writeFileSync(join(store.folder, 'note'), 'EVKCOLD1 and too short');
    const second = openStore();
    expect(filesOf(second)).toHaveLength(1);
    expect(second.objects).toBe(1);
  });
});
