import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns, runFolderProblem } from '../../../harness/store/index.ts';
import { temporaryFolder } from '../../support/run-records.ts';

function folder(): string {
  const directory = join(temporaryFolder(), 'run-1');
  mkdirSync(join(directory, 'blobs'), { recursive: true });
  for (const name of ['manifest.json', 'plan.json', 'units.jsonl']) writeFileSync(join(directory, name), '{}');
  return directory;
}

describe('a run folder that is not opened', () => {
  it('is none of plain files', () => {
    expect(runFolderProblem(folder())).toBeNull();
  });

  it.each(['manifest.json', 'plan.json', 'units.jsonl', 'findings.json', 'verdict.json', 'baseline.json'])(
    'has a link for %s',
    (name) => {
      const directory = folder();
      rmSync(join(directory, name), { force: true });
      symlinkSync('/etc/hostname', join(directory, name));
      expect(runFolderProblem(directory)).toBe(`${name} is a link or no file`);
    },
  );

  it('has a link for its blobs, or is one', () => {
    const directory = folder();
    rmSync(join(directory, 'blobs'), { recursive: true });
    symlinkSync('/tmp', join(directory, 'blobs'));
    expect(runFolderProblem(directory)).toBe('blobs is a link or no folder');
    symlinkSync(directory, `${directory}-link`);
    expect(runFolderProblem(`${directory}-link`)).toBe('it is a link or no folder');
    expect(runFolderProblem(join(directory, 'nothing'))).toBe('it is a link or no folder');
  });

  it('has a file larger than any run makes it', () => {
    const directory = folder();
    // a hole: it takes no room
    truncateSync(join(directory, 'manifest.json'), 17 * 1024 * 1024);
    expect(runFolderProblem(directory)).toMatch(/^manifest\.json has 17825792 bytes, more than/);
  });

  it('stands in the list of runs with the reason, unread', () => {
    const directory = folder();
    rmSync(join(directory, 'manifest.json'));
    symlinkSync('/etc/hostname', join(directory, 'manifest.json'));
    const [run] = listRuns(join(directory, '..'), runFolderProblem);
    expect(run).toMatchObject({ id: 'run-1', manifest: null, problem: 'manifest.json is a link or no file' });
  });
});
