/**
 * `profile.json` of a run folder: the samples as they were taken. What is said of them is a function of this file.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../schema/index.ts';
import { readRecord, recordText } from './json-file.ts';
import type { RunFolder } from './run-folder.ts';

export const PROFILE_NAME = 'profile.json';

export function writeProfile(run: Pick<RunFolder, 'writeReport'>, value: Profile): void {
  run.writeReport(PROFILE_NAME, recordText('profile', value, PROFILE_NAME));
}

/** Null when none was taken. @throws DataError when it is damaged */
export function readProfile({ directory }: Pick<RunFolder, 'directory'>): Profile | null {
  const path = join(directory, PROFILE_NAME);
  return existsSync(path) ? readRecord(path, 'profile') : null;
}
