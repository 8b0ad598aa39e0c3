import { describe, expect, it, onTestFinished } from 'vitest';
import type { LevelJob } from '../../../../harness/schema/index.ts';
import type { Lane } from '../../../../harness/targets/reference-engine/lane.ts';
import type { ReferenceEngineOptions } from '../../../../harness/targets/reference-engine/options.ts';
import { createWorkerLane } from '../../../../harness/targets/reference-engine/worker-lane.ts';

const options: ReferenceEngineOptions = {
  id: 'engine',
  checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 's' },
  precision: 'f32',
  lanes: 1,
  maxBatch: 1,
  chunkSize: 1,
  keyBlock: 1,
  splitPolicy: { kind: 'none' },
  mhcSplitK: { kind: 'none' },
  partsModule: null,
};
const job = (levelId: string): LevelJob => ({
  unitId: 'u-0',
  levelId,
  precision: 'target-default',
  sessions: 'one',
  waves: [],
});

/** A worker that answers levels by their name: `crash`, `exit`, `never`, `problem`, or the level itself. */
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', ({ kind, job }) => {
    if (kind === 'describe')
      return parentPort.postMessage({ kind: 'description', description: { vocabSize: 1, checkpointSha256: workerData.id, entries: [] } });
    if (job.levelId === 'crash') setImmediate(() => { throw new Error('out of memory'); });
    else if (job.levelId === 'exit') process.exit(7);
    else if (job.levelId === 'problem')
      parentPort.postMessage({ kind: 'problem', problem: { code: 'TARGET_REFUSED', at: 'x', expected: 'y', got: 'z', hint: '' } });
    else if (job.levelId !== 'never')
      parentPort.postMessage({ kind: 'level', result: { record: { levelId: job.levelId, requests: [], counters: {} }, blobs: [] } });
  });`;

function lane(): Lane {
  // A data: URL is a module; CommonJS inside it by createRequire.
  const source = `import { createRequire } from 'node:module'; const require = createRequire('file:///'); ${SCRIPT}`;
  const created = createWorkerLane(options, new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  onTestFinished(() => created.close());
  return created;
}

const none = new Map<string, readonly number[]>();

describe('a worker lane', () => {
  it('answers in order, and has the options', async () => {
    const { describe: describeLane, runLevel } = lane();
    const answers = await Promise.all([describeLane(), runLevel(job('one'), none), runLevel(job('two'), none)]);
    expect(answers[0].checkpointSha256).toBe('engine');
    expect(answers[1].record.levelId).toBe('one');
    expect(answers[2].record.levelId).toBe('two');
  });

  it.each(['crash', 'exit'])('fails the question in hand on %s, and starts again at the next', async (how) => {
    const { runLevel } = lane();
    await expect(runLevel(job(how), none)).rejects.toMatchObject({ name: 'TargetError', code: 'TARGET_LANE_LOST' });
    expect((await runLevel(job('after'), none)).record.levelId).toBe('after');
  });

  it('gives a problem of the far side as a TargetError', async () => {
    await expect(lane().runLevel(job('problem'), none)).rejects.toMatchObject({
      name: 'TargetError',
      code: 'TARGET_REFUSED',
    });
  });

  it('ends the thread and what it was doing on close; closing again is nothing', async () => {
    const { runLevel, close } = lane();
    await close();
    const pending = runLevel(job('never'), none);
    const settled = expect(pending).rejects.toMatchObject({ code: 'TARGET_LANE_LOST' });
    await close();
    await settled;
    await close();
  });
});
