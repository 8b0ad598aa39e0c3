/**
 * The git state of the folder that holds the config. Reads only; null where there is no repository or no git.
 * @module
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Manifest } from '../schema/index.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

export async function gitStateOf(directory: string): Promise<Manifest['configGit']> {
  const git = async (...args: string[]): Promise<string> => {
    // Without optional locks: looking must not write to the index.
    const { stdout } = await run('git', ['--no-optional-locks', '-C', directory, ...args], {
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  };
  try {
    const commit = await git('rev-parse', '--verify', 'HEAD');
    return { commit, dirty: (await git('status', '--porcelain')) !== '' };
  } catch {
    return null; // no repository, no commit, or no git: the schema's null says exactly that
  }
}
