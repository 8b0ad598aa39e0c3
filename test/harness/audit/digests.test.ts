import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestsOf, firstDifference } from '../../../harness/audit/index.ts';
import { temporaryFolder } from '../../support/run-records.ts';

function folderOfFiles(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'run'));
  writeFileSync(join(folder, 'a.txt'), 'abc');
  writeFileSync(join(folder, 'run', 'b.txt'), '');
  writeFileSync(join(folder, 'digests.json'), 'x');
  writeFileSync(join(folder, 'attestation.json'), 'x');
  return folder;
}

describe('digests of a folder', () => {
  it('name every file but the two that cannot be named, with SHA-256 and size', () => {
    const { files } = digestsOf(folderOfFiles());
    expect(Object.keys(files)).toEqual(['a.txt', 'run/b.txt']);
    expect(files['a.txt']).toEqual({
      // of "abc": FIPS 180-4, example
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
    });
  });

  it('tell the first file that is missing, was added, is longer, or has other bytes', () => {
    const folder = folderOfFiles();
    const list = digestsOf(folder);
    expect(firstDifference(folder, list)).toBeNull();
    writeFileSync(join(folder, 'a.txt'), 'abd');
    expect(firstDifference(folder, list)).toMatch(/^a\.txt has SHA-256/);
    writeFileSync(join(folder, 'a.txt'), 'abcd');
    expect(firstDifference(folder, list)).toBe('a.txt has 4 bytes, digests.json says 3');
    writeFileSync(join(folder, 'a.txt'), 'abc');
    expect(firstDifference(folder, { ...list, files: { ...list.files, gone: list.files['a.txt'] } })).toBe(
      'gone is missing',
    );
    writeFileSync(join(folder, 'new'), '');
    expect(firstDifference(folder, list)).toBe('new is not in digests.json');
  });

  it('follow no link, to a file or to a folder, also where its target has the right bytes', () => {
    const outside = folderOfFiles();
    for (const target of ['a.txt', 'run']) {
      const folder = folderOfFiles();
      const list = digestsOf(folder);
      symlinkSync(join(outside, target), join(folder, 'link'));
      const named = { ...list, files: { ...list.files, link: list.files['a.txt'] } };
      expect(firstDifference(folder, named)).toBe('link is no plain file');
    }
  });
});
