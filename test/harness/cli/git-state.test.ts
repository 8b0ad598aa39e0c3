import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitStateOf } from '../../../harness/cli/git-state.ts';
import { temporaryFolder } from '../../support/run-records.ts';

describe('gitStateOf', () => {
  it('is null outside a repository and before the first commit', async () => {
    const folder = temporaryFolder();
    expect(await gitStateOf(folder)).toBeNull();
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    expect(await gitStateOf(folder)).toBeNull();
  });

  it('is the commit, and whether anything differs from it', async () => {
    const folder = temporaryFolder();
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        cwd: folder,
        encoding: 'utf8',
      }).trim();
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    const commit = git('rev-parse', 'HEAD');
    expect(await gitStateOf(folder)).toEqual({ commit, dirty: false });
    writeFileSync(join(folder, 'new'), '');
    expect(await gitStateOf(folder)).toEqual({ commit, dirty: true });
  });
});
