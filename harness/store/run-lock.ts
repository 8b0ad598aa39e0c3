/**
 * One writer per run folder: a lock file that names its process. A lock whose process is gone is taken over.
 *
 * A process is its id and, where the system tells (Linux), the moment it began: ids are given out again, and in a container each
 * process may well get the id of the one that was killed before it.
 * Process ids mean something on one machine only: a run folder on a shared disk is not guarded against another machine.
 * @module
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DataError } from '../ports/index.ts';
import { temporaryName } from './json-file.ts';

/** Locks that this process holds: its own id in a lock file proves nothing. */
const held = new Set<string>();

/** @returns releases the lock @throws DataError DATA_RUN_LOCKED */
export function lockRun(path: string): () => void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      createWhole(path, `${`${process.pid} ${beginningOf(process.pid) ?? ''}`.trimEnd()}\n`);
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

/**
 * A new file that is there with all of its content or not at all: a lock that a killed process has half written would name another
 * process, and one that is still empty would look like one that nobody holds.
 *
 * @throws the system's EEXIST when the file is there
 */
function createWhole(path: string, content: string): void {
  const whole = join(dirname(path), temporaryName());
  writeFileSync(whole, content, { flag: 'wx' });
  try {
    linkSync(whole, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw error;
    // A file system without hard links.
    writeFileSync(path, content, { flag: 'wx' });
  } finally {
    rmSync(whole, { force: true });
  }
}

interface Holder {
  readonly processId: number;
  /** Null where the system does not tell. */
  readonly began: string | null;
}

function holderOf(path: string): Holder | null {
  try {
    const text = readFileSync(path, 'utf8');
    if (!text.endsWith('\n')) return null; // torn
    const [id, began] = text.trim().split(' ');
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
