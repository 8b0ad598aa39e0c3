import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDiskColdStore } from '../../../../engine/index.ts';
import type { ColdEncryption, DiskColdStore } from '../../../../engine/index.ts';

const encryption: ColdEncryption = { keyOf: () => new Uint8Array(32).fill(5), salt: new Uint8Array(16).fill(9) };
const RUNS = 2500;
const DAMAGES = ['flip', 'truncate', 'insert', 'drop'] as const;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-damage-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function damage(file: Buffer, kind: (typeof DAMAGES)[number], where: number, bit: number): Buffer {
  const at = where % file.length;
  switch (kind) {
    case 'flip': {
      const out = Buffer.from(file);
      out[at] ^= 1 << bit;
      return out;
    }
    case 'truncate':
      return file.subarray(0, at);
    case 'insert':
      return Buffer.concat([file.subarray(0, at), Buffer.of(bit), file.subarray(at)]);
    case 'drop':
      return Buffer.concat([file.subarray(0, at), file.subarray(at + 1)]);
  }
}

// 2 kinds of store x 2 sizes x 2,500 = 10,000 damaged files
it.each([
  ['plain', null, 40],
  ['plain', null, 20_000],
  ['encrypted', encryption, 40],
  ['encrypted', encryption, 20_000],
] as const)('no damaged file of a %s store is ever used (%#)', (_name, secret, size) => {
  const store: DiskColdStore = createDiskColdStore({ directory, capacityBytes: 1e6, encryption: secret });
  const key = { id: 'ab', kind: 'page', tenant: 't', generation: 7 } as const;
  const content = Uint8Array.from({ length: size }, (_, i) => (i * 31) & 255);
  store.write(key, content);
  const path = join(store.folder, readdirSync(store.folder)[0]);
  const whole = readFileSync(path);
  let detected = 0;
  fc.assert(
    fc.property(fc.constantFrom(...DAMAGES), fc.nat(1 << 24), fc.nat(7), (kind, where, bit) => {
      const damaged = damage(whole, kind, where, bit);
      writeFileSync(path, damaged);
      const { kind: outcome } = store.read(key);
      // dropping or inserting a byte among equal ones may give the same file; nothing else may
      expect(outcome).toBe(damaged.equals(whole) ? 'bytes' : 'damaged');
      if (outcome === 'damaged') detected++;
    }),
    { numRuns: RUNS },
  );
  expect(detected).toBe(RUNS);
  writeFileSync(path, whole);
  expect(store.read(key)).toEqual({ kind: 'bytes', bytes: content });
  store.close();
});
