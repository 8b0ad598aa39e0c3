/**
 * Is a run folder what it seems? For a program that opens folders because they are there, and not because somebody named one.
 *
 * A folder may come from elsewhere: a link in it could show another file of the reader, and a file of any size is read as a whole.
 * @module
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

const MB = 1024 * 1024;
/** More than an honest run needs; the log is read line by line and has no limit here. */
const BYTES_MAX: Readonly<Record<string, number>> = {
  'manifest.json': 16 * MB,
  'plan.json': 512 * MB,
  'findings.json': 256 * MB,
  'verdict.json': 64 * MB,
  'profile.json': 256 * MB,
  'timing.json': 256 * MB,
  'diagnosis.json': 64 * MB,
  'baseline.json': 256 * MB,
  'units.jsonl': Number.POSITIVE_INFINITY,
};
const FOLDERS = ['blobs'];

/** Why a folder is not opened, in words; null = nothing speaks against it. */
export function runFolderProblem(directory: string): string | null {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return 'it is a link or no folder';
  for (const [name, most] of Object.entries(BYTES_MAX)) {
    const stats = lstatSync(join(directory, name), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (!stats.isFile()) return `${name} is a link or no file`;
    if (stats.size > most) return `${name} has ${stats.size} bytes, more than ${most}`;
  }
  for (const name of FOLDERS) {
    const stats = lstatSync(join(directory, name), { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) return `${name} is a link or no folder`;
  }
  return null;
}
