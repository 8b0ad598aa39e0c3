/**
 * One writer per run folder: a lock file that names its process. A lock whose process is gone is taken over.
 *
 * A process is its id and, where the system tells (Linux), the moment it began: ids are given out again, and in a container each
 * process may well get the id of the one that was killed before it.
 * Process ids mean something on one machine only: a run folder on a shared disk is not guarded against another machine.
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DataError } from '../ports/index.ts';

/** Locks that this process holds: its own id in a lock file proves nothing. */
const held = new Set<string>();

/** @returns releases the lock @throws DataError DATA_RUN_LOCKED */
export function lockRun(path: string): () => void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(path, `${process.pid} ${beginningOf(process.pid) ?? ''}`.trimEnd() + '\n', { flag: 'wx' });
      held.add(path);
      return () => {
        held.delete(path);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = holderOf(path);
    if (holder !== null && holds(holder, path))
      throw new DataError({
        code: 'DATA_RUN_LOCKED',
        at: path,
        expected: 'a run folder that nobody else writes to',
        got: `process ${holder.processId}`,
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

interface Holder {
  readonly processId: number;
  /** Null where the system does not tell. */
  readonly began: string | null;
}

function holderOf(path: string): Holder | null {
  try {
    const [id, began] = readFileSync(path, 'utf8').trim().split(' ');
    const processId = Number(id);
    return Number.isInteger(processId) && processId > 0 ? { processId, began: began ?? null } : null;
  } catch {
    return null; // released in between
  }
}

function holds({ processId, began }: Holder, path: string): boolean {
  if (processId === process.pid) return held.has(path);
  try {
    process.kill(processId, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return began === null || began === (beginningOf(processId) ?? began);
}

/** Ticks since the machine began, the 22nd field of /proc/<id>/stat; the second is a name in brackets that may hold anything. */
function beginningOf(processId: number): string | null {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
