import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    release();
  });

  it('without a process in it is taken over', () => {
    const path = join(temporaryFolder(), 'run.lock');
    writeFileSync(path, '');
    lockRun(path)();
  });
});
