import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packZip, unpackZip } from '../../../harness/audit/index.ts';
import { temporaryFolder } from '../../support/run-records.ts';

const zipOf = (files: Readonly<Record<string, string>>): string => {
  const path = join(temporaryFolder(), 'given.zip');
  writeFileSync(path, zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));
  return path;
};

describe('the zip of a bundle', () => {
  it('holds every file, comes back whole, and is the same bytes for the same files', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'run'));
    writeFileSync(join(folder, 'run', 'units.jsonl'), 'x'.repeat(300_000));
    writeFileSync(join(folder, 'audit.json'), '');
    const [one, two, back] = [
      join(temporaryFolder(), 'one.zip'),
      join(temporaryFolder(), 'two.zip'),
      temporaryFolder(),
    ];
    await packZip(folder, one);
    await packZip(folder, two);
    expect(readFileSync(one)).toEqual(readFileSync(two));
    expect(readFileSync(one).length).toBeLessThan(10_000);
    await unpackZip(one, back);
    expect(readFileSync(join(back, 'run', 'units.jsonl'), 'utf8')).toBe('x'.repeat(300_000));
    expect(readFileSync(join(back, 'audit.json'), 'utf8')).toBe('');
  });

  it.each(['../out.txt', '/etc/x', 'a/../../x', 'a\\b', '.hidden', 'a//b'])(
    'is refused with a name like %s',
    async (name) => {
      await expect(unpackZip(zipOf({ 'audit.json': '{}', [name]: 'x' }), temporaryFolder())).rejects.toThrow(
        /names inside the archive/,
      );
    },
  );

  it('is refused when it is no zip, empty, or cut off', async () => {
    const path = join(temporaryFolder(), 'no.zip');
    writeFileSync(path, 'not a zip');
    await expect(unpackZip(path, temporaryFolder())).rejects.toThrow(/expected a zip file/);
    await expect(unpackZip(zipOf({}), temporaryFolder())).rejects.toThrow(/expected a zip file/);
    const whole = readFileSync(zipOf({ 'audit.json': 'y'.repeat(10_000) + Math.PI }));
    writeFileSync(path, whole.subarray(0, 60));
    await expect(unpackZip(path, temporaryFolder())).rejects.toThrow(/AUDIT_ZIP|zip file/);
  });
});
