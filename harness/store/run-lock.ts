/**
 * One writer per run folder: a lock file that names its process. A lock whose process is gone is taken over.
 *
 * Process ids mean something on one machine only: a run folder on a shared disk is not guarded against another machine.
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DataError } from '../ports/index.ts';

/** @returns releases the lock @throws DataError DATA_RUN_LOCKED */
export function lockRun(path: string): () => void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = holderOf(path);
    if (holder !== null && isAlive(holder))
      throw new DataError({
        code: 'DATA_RUN_LOCKED',
        at: path,
        expected: 'a run folder that nobody else writes to',
        got: `process ${holder}`,
        hint: 'Wait for it to end, or stop it.',
      });
    rmSync(path, { force: true });
  }
  throw new DataError({
    code: 'DATA_RUN_LOCKED',
    at: path,
    expected: 'a run folder that nobody else writes to',
    got: 'another process that took it at the same moment',
    hint: 'Wait for it to end.',
  });
}

function holderOf(path: string): number | null {
  try {
    const id = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(id) && id > 0 ? id : null;
  } catch {
    return null; // released in between
  }
}

function isAlive(processId: number): boolean {
  if (processId === process.pid) return true;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
