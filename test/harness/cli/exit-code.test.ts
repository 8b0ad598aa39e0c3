import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, nullConfig, projectFolder, writeProject } from '../../support/command-line.ts';

/** One folder of finished runs that all situations read; those that write have ids of their own. */
async function finishedRuns(): Promise<string> {
  const changed = { ...nullConfig, target: { kind: 'null', modelSeed: 'another' } };
  const folder = projectFolder({
    'evenkeel.config.json': nullConfig,
    'changed.json': changed,
    'undecided.json': { ...nullConfig, policy: { maxFailureRate: 0.001, failOnInconclusive: true } },
    'noisy.json': {
      ...nullConfig,
      target: { kind: 'null', flipRate: 0.5 },
      generation: { maxTokens: 16, scoreLastPositions: 4 },
      policy: { maxFailureRate: 0.01 },
    },
    'broken.json': { ...nullConfig, target: { kind: 'nul' } },
    'gone.json': {
      ...nullConfig,
      target: { kind: 'openai-completions', baseUrl: 'http://127.0.0.1:9/v1', attemptsMax: 1 },
    },
  });
  const runs = [
    'run --run-id good',
    'baseline save --run good',
    'run --run-id shard-1 --shard 1/2',
    'run --run-id shard-2 --shard 2/2',
    'run --run-id changed -c changed.json',
    'run --run-id noisy -c noisy.json',
    'run --run-id undecided -c undecided.json',
  ];
  for (const command of runs) await codeOf(folder, command);
  writeProject(folder, { '.evenkeel/runs/damaged/manifest.json': '{' });
  return folder;
}

async function codeOf(folder: string, command: string): Promise<number> {
  return (await evenkeel(command.split(' '), createIo({ cwd: folder }))).code;
}

describe('exit codes', () => {
  const table: readonly (readonly [string, number])[] = [
    ['run --run-id t0', 0],
    ['run --run-id t1 -c noisy.json', 1],
    ['run --run-id t2 -c noisy.json --exit-zero', 0],
    ['run --run-id t3 -c changed.json --baseline main', 1],
    ['run -c broken.json', 2],
    ['run --no-such-flag', 2],
    ['run --baseline nobody', 2],
    ['run --run-id t4 -c gone.json', 3],
    ['run --run-id t5 -c undecided.json', 4],
    ['gate good', 0],
    ['gate noisy', 1],
    ['gate changed --baseline main', 1],
    ['gate undecided', 4],
    ['gate damaged', 3],
    ['gate nobody', 3],
    ['compare main good', 0],
    ['compare main changed', 1],
    ['compare main', 2],
    ['merge .evenkeel/runs/shard-1 .evenkeel/runs/shard-2', 0],
    ['merge .evenkeel/runs/shard-1', 3],
    ['merge nowhere', 3],
    ['baseline list', 0],
    ['baseline save --run changed', 2],
    ['report good', 0],
    ['report noisy', 1],
    ['plan', 0],
    ['plan -c broken.json', 2],
    ['probe http://127.0.0.1:9/v1', 3],
    ['probe', 2],
    ['no-such-verb', 2],
  ];

  it('mean the same from every verb, in every situation', async () => {
    const folder = await finishedRuns();
    const seen: [string, number][] = [];
    for (const [command] of table) seen.push([command, await codeOf(folder, command)]);
    expect(seen).toEqual(table);
  });

  it('of an interrupted run is 130, and the run goes on to the code of a whole one', async () => {
    const folder = projectFolder({ 'evenkeel.config.json': nullConfig });
    const io = createIo({
      cwd: folder,
      onErr: () => {
        io.interrupt();
      },
    });
    expect((await evenkeel(['run', '--run-id', 'stopped'], io)).code).toBe(130);
    expect(await codeOf(folder, 'run --resume stopped')).toBe(0);
  });
});
