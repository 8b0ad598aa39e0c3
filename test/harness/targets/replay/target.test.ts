import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION, type LevelObservation, type Observation } from '../../../../harness/schema/index.ts';
import { createReplayTarget } from '../../../../harness/targets/index.ts';
import { levelJob } from '../../../support/endpoint-target.ts';
import { createIo, evenkeel, projectFolder, smallConfig, writeProject } from '../../../support/command-line.ts';
import { createManifest, createPlan } from '../../../support/run-records.ts';

const level: LevelObservation = { levelId: 'none', requests: [], counters: { steps: 3 } };
const observation = (unitId: string): Observation => ({
  schemaVersion: SCHEMA_VERSION,
  unitId,
  status: 'ok',
  why: null,
  lane: 0,
  endpoint: null,
  concurrency: { atStart: 1, max: 1 },
  startedAt: '2026-11-24T04:00:00.000Z',
  stoppedAt: null,
  attempts: [{ error: null, durationMs: 1, waitMs: 0 }],
  levels: [level],
});
const ids = ['0', '1', '2'].map((digit) => `u-${digit.repeat(16)}`);

function replay(): { target: ReturnType<typeof createReplayTarget>; passes: () => number } {
  let passes = 0;
  const target = createReplayTarget({
    id: 'fake',
    runId: 'run-1',
    description: createManifest(createPlan(1)).target,
    tokenizer: 'bytes',
    observations: () => {
      passes++;
      return Promise.resolve(ids.map(observation));
    },
    loadBlob: () => new Uint8Array(),
  });
  return { target, passes: () => passes };
}

const ask = (target: ReturnType<typeof createReplayTarget>, unitId: string, levelId = 'none') =>
  target.runLevel(levelJob([], { unitId, levelId }), { lane: 0, forced: new Map() });

describe('a recorded run as a target', () => {
  it('answers what was recorded, and reads the log once when units come in the order of the plan', async () => {
    const { target, passes } = replay();
    for (const id of ids) expect((await ask(target, id)).record).toEqual(level);
    expect(passes()).toBe(1);
    await ask(target, ids[0]);
    expect(passes()).toBe(2);
  });

  it('makes nothing up: a unit or a level that was not recorded is an error that is not tried again', async () => {
    const { target } = replay();
    await expect(ask(target, 'u-ffffffffffffffff')).rejects.toMatchObject({ code: 'TARGET_REFUSED' });
    await expect(ask(target, ids[0], 'other')).rejects.toThrow(/expected level other in the recorded run/);
  });

  it('gives the findings and the verdict of the run that it replays', async () => {
    const cwd = projectFolder();
    const recorded = await evenkeel(['run', '--run-id', 'first', '--json'], createIo({ cwd }));
    const config = { ...smallConfig, target: { kind: 'replay', run: '.evenkeel/runs/first' } };
    writeProject(cwd, { 'replay.json': config });
    const again = await evenkeel(['run', '-c', 'replay.json', '--run-id', 'second', '--json'], createIo({ cwd }));
    expect(again.code).toBe(recorded.code);
    const result = (text: string): unknown => {
      const { findings, verdict } = JSON.parse(text) as { findings: unknown; verdict: unknown };
      return { findings, verdict };
    };
    expect(result(again.out)).toEqual(result(recorded.out));
  });
});
