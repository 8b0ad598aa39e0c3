/**
 * What a diagnosis leaves in the folder of its run: `diagnosis.json`, and `repro.json`, which may be carried elsewhere.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../ports/index.ts';
import type { Diagnosis, Repro } from '../schema/index.ts';
import { readRecord, recordText } from './json-file.ts';
import type { RunFolder } from './run-folder.ts';

const REPRO_BYTES_MAX = 64 * 1024 * 1024;

export function writeDiagnosis(run: Pick<RunFolder, 'writeReport'>, value: Diagnosis): void {
  run.writeReport('diagnosis.json', recordText('diagnosis', value, 'diagnosis.json'));
}

export function writeRepro(run: Pick<RunFolder, 'writeReport'>, value: Repro): void {
  run.writeReport('repro.json', recordText('repro', value, 'repro.json'));
}

/**
 * null = nothing was diagnosed.
 *
 * @throws DataError when it is not one, or that of another run
 */
export function readDiagnosis({ directory, id }: Pick<RunFolder, 'directory' | 'id'>): Diagnosis | null {
  const path = join(directory, 'diagnosis.json');
  if (!existsSync(path)) return null;
  const found = readRecord(path, 'diagnosis');
  if (found.runId === id) return found;
  throw new DataError({
    code: 'DATA_DIAGNOSIS_OF_ANOTHER_RUN',
    at: path,
    expected: `the diagnosis of run ${id}`,
    got: `that of ${found.runId}`,
    hint: 'Remove the file, or make it again: evenkeel diagnose <run>.',
  });
}

/** @throws DataError when it is not there, too large, or no repro */
export function readRepro(path: string): Repro {
  if (existsSync(path) && statSync(path).size > REPRO_BYTES_MAX)
    throw new DataError({
      code: 'DATA_TOO_LARGE',
      at: path,
      expected: `at most ${REPRO_BYTES_MAX} bytes`,
      got: `${statSync(path).size}`,
      hint: 'A reproducer is small; this is something else.',
    });
  return readRecord(path, 'repro');
}
