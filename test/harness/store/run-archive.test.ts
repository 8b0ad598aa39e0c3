import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../harness/ports/index.ts';
import { packRunArchive, unpackRunArchive } from '../../../harness/store/index.ts';
import { filesIn } from '../../support/command-line.ts';
import { temporaryFolder } from '../../support/run-records.ts';

const BLOB = `blobs/ab/ab${'0'.repeat(62)}`;

function runFolder(name = 'run'): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(join(folder, 'blobs/ab'), { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), '{}\n');
  writeFileSync(join(folder, 'plan.json'), 'p'.repeat(700_000));
  writeFileSync(join(folder, 'units.jsonl'), '');
  writeFileSync(join(folder, BLOB), Buffer.alloc(512, 7));
  writeFileSync(join(folder, 'report.html'), '<p>');
  return folder;
}

const RUN_FILES = [BLOB, 'manifest.json', 'plan.json', 'units.jsonl'];

function expectSameRun(got: string, run: string): void {
  expect(filesIn(got)).toEqual(RUN_FILES);
  for (const file of RUN_FILES) expect(readFileSync(join(got, file)).equals(readFileSync(join(run, file)))).toBe(true);
}

describe('a run archive', () => {
  it('holds the files of a run folder and no report, the same bytes each time', async () => {
    const run = runFolder();
    const folder = temporaryFolder();
    for (const name of ['a', 'b']) await packRunArchive(run, join(folder, 'out', `${name}.tar.gz`));
    const [a, b] = ['a', 'b'].map((name) => gunzipSync(readFileSync(join(folder, 'out', `${name}.tar.gz`))));
    expect(a.equals(b)).toBe(true);
    expectSameRun(await unpackRunArchive(join(folder, 'out/a.tar.gz'), temporaryFolder()), run);
    expect(
      execFileSync('tar', ['tzf', join(folder, 'out/a.tar.gz')], { encoding: 'utf8' })
        .trim()
        .split('\n'),
    ).toEqual(RUN_FILES);
  });

  it.each([
    ['gnu', ['--format=gnu']],
    ['pax', ['--format=pax']],
    ['ustar', ['--format=ustar']],
  ])('is read as tar writes it, with long names (%s)', async (_, flags) => {
    const run = runFolder('a-run-folder-with-a-name-that-makes-the-paths-longer');
    const path = join(temporaryFolder(), 'shard.tgz');
    execFileSync('tar', [
      'czf',
      path,
      ...flags,
      '-C',
      join(run, '..'),
      'a-run-folder-with-a-name-that-makes-the-paths-longer',
    ]);
    expectSameRun(await unpackRunArchive(path, temporaryFolder()), run);
    execFileSync('tar', ['czf', path, ...flags, '-C', run, '.']);
    expectSameRun(await unpackRunArchive(path, temporaryFolder()), run);
  });

  it.each<[string, (path: string, run: string) => void, RegExp]>([
    ['that is no gzip', (path) => writeFileSync(path, 'text'), /expected gzip/],
    [
      'that is cut',
      (path, run) => {
        execFileSync('tar', ['czf', path, '-C', run, '.']);
        writeFileSync(path, readFileSync(path).subarray(0, 300));
      },
      /expected gzip/,
    ],
    [
      'whose tar is cut',
      (path, run) => {
        const tar = execFileSync('tar', ['cf', '-', '-C', run, 'plan.json']);
        writeFileSync(path, gzipSync(tar.subarray(0, 5000)));
      },
      /more bytes, got the end/,
    ],
    ['of other bytes', (path) => writeFileSync(path, gzipSync(Buffer.alloc(2048, 65))), /expected a tar header/],
    [
      'that leads out',
      (path, run) => {
        writeFileSync(join(run, 'evil'), 'x');
        execFileSync('tar', ['czPf', path, '-C', join(run, 'blobs'), '../evil']);
      },
      /expected names inside the archive/,
    ],
    [
      'with an absolute path',
      (path, run) => execFileSync('tar', ['czPf', path, join(run, 'manifest.json')]),
      /expected names inside the archive/,
    ],
    [
      'with a link in place of a file',
      (path, run) => {
        const links = join(run, 'links');
        mkdirSync(links);
        symlinkSync('/etc/hostname', join(links, 'manifest.json'));
        execFileSync('tar', ['czf', path, '-C', links, 'manifest.json']);
      },
      /expected plain files/,
    ],
    [
      'without a manifest',
      (path, run) => execFileSync('tar', ['czf', path, '-C', run, 'plan.json']),
      /expected a run folder with manifest.json/,
    ],
  ])('%s is refused', async (_, make, words) => {
    const path = join(temporaryFolder(), 'x.tar.gz');
    make(path, runFolder());
    const error = await unpackRunArchive(path, temporaryFolder()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(words);
  });
});
