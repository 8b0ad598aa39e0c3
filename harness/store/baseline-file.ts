/**
 * `evenkeel.baseline.json`, the committed file of named baselines, and the baseline that a run folder was compared with.
 *
 * The text is a function of the content: names sorted, everything else in the order of the record, which is sorted when it is made.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  baselineFile,
  SCHEMA_VERSION,
  storedBaseline,
  type Baseline,
  type BaselineFile,
  type StoredBaseline,
} from '../schema/index.ts';
import { compactJson } from './compact-json.ts';
import { parseRecord, readRecord, writeFileAtomic } from './json-file.ts';
import type { RunFolder } from './run-folder.ts';

/** In a run folder. */
export const STORED_BASELINE_NAME = 'baseline.json';

/** @returns null when there is no such file @throws DataError when it is damaged or of another version */
export function readBaselineFile(path: string): BaselineFile | null {
  return existsSync(path) ? readRecord(path, 'baselineFile') : null;
}

/** Puts one baseline into the file; the others stay as they are. Returns whether a byte of the file changed. */
export function saveBaseline(path: string, name: string, baseline: Baseline): boolean {
  const before = readBaselineFile(path);
  const baselines = { ...before?.baselines, [name]: baseline };
  const text = baselineText({ schemaVersion: SCHEMA_VERSION, baselines });
  if (before !== null && readFileSync(path, 'utf8') === text) return false;
  writeFileAtomic(path, text);
  return true;
}

export function baselineText(file: BaselineFile): string {
  const names = Object.keys(file.baselines).sort();
  const sorted = { ...file, baselines: Object.fromEntries(names.map((name) => [name, file.baselines[name]])) };
  return compactJson(checked(baselineFile, sorted));
}

/** What the run was compared with; null when it was not. */
export function readStoredBaseline(run: Pick<RunFolder, 'directory' | 'readText'>): StoredBaseline | null {
  const text = run.readText(STORED_BASELINE_NAME);
  if (text === null) return null;
  return parseRecord(new TextEncoder().encode(text), join(run.directory, STORED_BASELINE_NAME), 'storedBaseline');
}

export function writeStoredBaseline(run: Pick<RunFolder, 'writeReport'>, value: StoredBaseline): void {
  run.writeReport(STORED_BASELINE_NAME, compactJson(checked(storedBaseline, value)));
}

interface Schema<T> {
  parse(value: unknown): T;
}

/** What could not be read again must not be written; zod names the place. */
const checked = <T>(schema: Schema<T>, value: T): T => schema.parse(value);
