import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockRun } from '../../../harness/store/run-lock.ts';
import { temporaryFolder } from '../../support/run-records.ts';

describe('the lock of a run', () => {
  it('lets one writer in, and the next when it has left', () => {
    const path = join(temporaryFolder(), 'run.lock');
    const release = lockRun(path);
    expect(() => lockRun(path)).toThrow(`process ${process.pid}`);
    release();
    expect(existsSync(path)).toBe(false);
    lockRun(path)();
  });

  it('of a process that is gone is taken over', () => {
    const path = join(temporaryFolder(), 'run.lock');
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(path, `${gone}\n`);
    const release = lockRun(path);
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid}( \\d+)?\n$`));
    release();
  });

  it('of a process that was killed and whose id is now ours is taken over', () => {
    const path = join(temporaryFolder(), 'run.lock');
    writeFileSync(path, `${process.pid}\n`);
    lockRun(path)();
  });

  it.runIf(existsSync('/proc/self/stat'))('of a process whose id has another by now is taken over', () => {
    const path = join(temporaryFolder(), 'run.lock');
    // Our parent lives, and began at another time.
    writeFileSync(path, `${process.ppid} 1\n`);
    lockRun(path)();
    writeFileSync(path, `${process.ppid}\n`);
    expect(() => lockRun(path)).toThrow(`process ${process.ppid}`);
  });

  it.each([['nothing'], ['half of the id of another', String(process.ppid)], ['text', 'x\n']])(
    'with %s in it is taken over, and nothing is left beside it',
    (_, text = '') => {
      const folder = temporaryFolder();
      const path = join(folder, 'run.lock');
      writeFileSync(path, text);
      const release = lockRun(path);
      expect(readdirSync(folder)).toEqual(['run.lock']);
      release();
    },
  );
});
