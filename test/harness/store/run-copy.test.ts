import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyRun, createRun } from '../../../harness/store/index.ts';
import {
  createJob,
  createManifest,
  createObservation,
  createPlan,
  fakeResult,
  temporaryFolder,
} from '../../support/run-records.ts';

function recordedRun() {
  const plan = createPlan(1);
  const run = createRun(temporaryFolder(), { manifest: createManifest(plan), plan });
  const [unit] = plan.units;
  const { record, blobs } = fakeResult(createJob(unit, unit.levels[0]));
  const writer = run.openWriter();
  for (const { sha256, bytes } of blobs) writer.putBlob(sha256, bytes);
  writer.append(createObservation(unit.id, { levels: [record] }));
  writer.close();
  return { run, blob: blobs[0].sha256 };
}

describe('a copy of a run', () => {
  it('has the same manifest and plan to the byte, the blobs, and the observations as they were changed', async () => {
    const { run, blob } = recordedRun();
    const directory = join(temporaryFolder(), 'run');
    const copy = await copyRun(run, directory, (observation) => ({ ...observation, why: 'changed' }));
    for (const name of ['manifest.json', 'plan.json'])
      expect(readFileSync(join(directory, name))).toEqual(readFileSync(join(run.directory, name)));
    expect(copy.loadBlob(blob)).toEqual(run.loadBlob(blob));
    const lines = [];
    for await (const { record } of copy.readUnits()) lines.push(record.why);
    expect(lines).toEqual(['changed']);
  });

  it('has neither observations nor blobs when none are wanted', async () => {
    const { run } = recordedRun();
    const directory = join(temporaryFolder(), 'run');
    await copyRun(run, directory, null);
    for (const name of ['units.jsonl', 'blobs']) expect(existsSync(join(directory, name))).toBe(false);
  });
});
