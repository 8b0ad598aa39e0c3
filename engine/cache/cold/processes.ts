/**
 * Whether a process still runs, for what it may have left behind.
 * @module
 */

/** A process of that number exists. Numbers are used again, so that a leftover may stay until its namesake ends. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
