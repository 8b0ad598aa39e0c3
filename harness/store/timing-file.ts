/**
 * `timing.json` of a run folder: the times of an audit as they were taken. What is said of them is a function of this file.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheTiming } from '../schema/index.ts';
import { readRecord, recordText } from './json-file.ts';
import type { RunFolder } from './run-folder.ts';

export const TIMING_NAME = 'timing.json';

export function writeCacheTiming(run: Pick<RunFolder, 'writeReport'>, value: CacheTiming): void {
  run.writeReport(TIMING_NAME, recordText('cacheTiming', value, TIMING_NAME));
}

/** Null when none was taken. @throws DataError when it is damaged */
export function readCacheTiming({ directory }: Pick<RunFolder, 'directory'>): CacheTiming | null {
  const path = join(directory, TIMING_NAME);
  return existsSync(path) ? readRecord(path, 'cacheTiming') : null;
}
