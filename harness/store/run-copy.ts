/**
 * A copy of a run folder with its observations changed on the way: line by line, in the memory of one.
 *
 * Manifest, plan, the stored baseline, the profile and the timing audit are copied byte for byte; of the blobs those that a copied line names; nothing that is a function
 * of these (findings, verdict, reports).
 * @module
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { blobDigests, type Observation } from '../schema/index.ts';
import { STORED_BASELINE_NAME } from './baseline-file.ts';
import { PROFILE_NAME } from './profile-file.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import { TIMING_NAME } from './timing-file.ts';

/**
 * @param change - null = no observations and no blobs
 * @throws DataError when a record of the run is damaged
 */
export async function copyRun(
  run: RunFolder,
  directory: string,
  change: ((observation: Observation) => Observation) | null,
): Promise<RunFolder> {
  mkdirSync(directory, { recursive: true });
  for (const name of ['manifest.json', 'plan.json', STORED_BASELINE_NAME, PROFILE_NAME, TIMING_NAME])
    if (existsSync(join(run.directory, name))) copyFileSync(join(run.directory, name), join(directory, name));
  const copy = openRunFolder(directory);
  if (change === null) return copy;
  const writer = copy.openWriter();
  try {
    for await (const { record } of run.readUnits()) {
      for (const level of record.levels)
        for (const request of level.requests)
          for (const sha256 of blobDigests(request)) writer.putBlob(sha256, run.loadBlob(sha256));
      writer.appendUnsynced(change(record));
    }
    writer.sync();
  } finally {
    writer.close();
  }
  return copy;
}
