import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createIo,
  evenkeel,
  filesIn,
  nullConfig,
  projectFolder,
  writeProject,
  type Ran,
} from '../../support/command-line.ts';

const inFolder = (folder: string, ...args: readonly string[]): Promise<Ran> =>
  evenkeel(args, createIo({ cwd: folder }));
const runPath = (folder: string, run: string, file = ''): string => join(folder, '.evenkeel/runs', run, file);
const textOf = (folder: string, run: string, file: string): string => readFileSync(runPath(folder, run, file), 'utf8');
const newProject = (config: unknown = nullConfig): string => projectFolder({ 'evenkeel.config.json': config });

/** Runs all shards as s1, s2, ...; the exit codes. */
async function runShards(folder: string, of: number, ...more: readonly string[]): Promise<number[]> {
  const codes: number[] = [];
  for (let index = 1; index <= of; index++)
    codes.push((await inFolder(folder, 'run', '--shard', `${index}/${of}`, '--run-id', `s${index}`, ...more)).code);
  return codes;
}

const shardPaths = (folder: string, of: number): string[] =>
  Array.from({ length: of }, (_, at) => runPath(folder, `s${at + 1}`));

describe('a shard', () => {
  it('measures its part, writes no verdict, and is not judged', async () => {
    const folder = newProject();
    const { code, out, err } = await inFolder(folder, 'run', '--shard', '1/3', '--run-id', 's1');
    expect(code).toBe(0);
    expect(out).toMatch(/^shard 1 of 3: (\d+) of \1 units? measured\n/);
    expect(err).toContain('evenkeel merge');
    const manifest = JSON.parse(textOf(folder, 's1', 'manifest.json')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      shard: { index: 1, of: 3, by: 'hash' },
      merged: null,
      reproduce: 'evenkeel run --config evenkeel.config.json --shard 1/3',
    });
    expect(filesIn(runPath(folder, 's1')).filter((file) => !file.startsWith('blobs/'))).toEqual([
      'manifest.json',
      'plan.json',
      'units.jsonl',
    ]);
    for (const verb of ['gate', 'report']) {
      const judged = await inFolder(folder, verb, 's1');
      expect(judged.code).toBe(3);
      expect(judged.err).toContain('got shard 1 of 3. Join the shards first');
    }
  });

  it('tells its own differences and failures, for people and for machines', async () => {
    const flaky = newProject({ ...nullConfig, target: { kind: 'null', flipRate: 0.5 } });
    const told = await inFolder(flaky, 'run', '--shard', '1/1');
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/determinism\s+repeat\s+repeat-2\s+[12]\s+2\s+bits/);
    expect(told.out).toContain('verdict comes with the merge');
    const lost = newProject({ ...nullConfig, target: { kind: 'null', errorRate: 1 } });
    const { code, out } = await inFolder(lost, 'run', '--shard', '1/1', '--json', '--no-progress');
    expect(code).toBe(3);
    const json = JSON.parse(out) as { units: { planned: number; observed: number; missing: unknown[] } };
    expect(json.units.observed).toBe(0);
    expect(json.units.missing).toHaveLength(json.units.planned);
  });

  it('is continued as the shard that it is, and as no other', async () => {
    const folder = newProject();
    await inFolder(folder, 'run', '--shard', '2/2', '--run-id', 's2');
    const lines = textOf(folder, 's2', 'units.jsonl');
    writeFileSync(runPath(folder, 's2', 'units.jsonl'), lines.slice(0, lines.indexOf('\n') + 1));
    const other = await inFolder(folder, 'run', '--resume', 's2', '--shard', '1/2');
    expect(other.code).toBe(3);
    expect(other.err).toContain('expected shard 2 of 2, got shard 1 of 2');
    const { code, err } = await inFolder(folder, 'run', '--resume', 's2');
    expect(code).toBe(0);
    expect(err).toContain('1 done before');
    expect(textOf(folder, 's2', 'units.jsonl').split('\n')).toHaveLength(lines.split('\n').length);
  });
});

describe('merge', () => {
  it.each(['hash', 'cost'])(
    'gives the findings and the verdict of one machine, byte for byte (--shard-by %s)',
    async (by) => {
      const folder = newProject();
      const whole = await inFolder(folder, 'run', '--run-id', 'whole');
      expect(await runShards(folder, 3, '--shard-by', by)).toEqual([0, 0, 0]);
      const shards = shardPaths(folder, 3).reverse();
      const { code, out, err } = await inFolder(folder, 'merge', '--run-id', 'joined', ...shards);
      expect({ code, err }).toMatchObject({ code: whole.code, err: expect.stringContaining('3 folders') });
      expect(out).not.toContain('PARTIAL');
      for (const file of ['plan.json', 'findings.json', 'verdict.json'])
        expect(textOf(folder, 'joined', file)).toBe(textOf(folder, 'whole', file));
      expect(JSON.parse(textOf(folder, 'joined', 'manifest.json'))).toMatchObject({
        shard: null,
        merged: { of: 3, by, present: [1, 2, 3], shards: [{ runId: 's1' }, { runId: 's2' }, { runId: 's3' }] },
        reproduce: 'evenkeel run --config evenkeel.config.json',
      });
      expect((await inFolder(folder, 'gate', 'joined')).code).toBe(whole.code);
      const resumed = await inFolder(folder, 'run', '--resume', 'joined');
      expect(resumed).toMatchObject({ code: 3, err: expect.stringContaining('merged from shards') });
    },
  );

  it('finds shards in a folder of artefacts, packed or not', async () => {
    const folder = newProject();
    await inFolder(folder, 'run', '--run-id', 'whole');
    await inFolder(folder, 'run', '--shard', '1/3', '--run-id', 's1', '--blob', 'artefacts/one/shard.tar.gz');
    await inFolder(folder, 'run', '--shard', '2/3', '--run-id', 's2');
    await inFolder(folder, 'run', '--shard', '3/3', '--run-id', 's3');
    cpSync(runPath(folder, 's2'), join(folder, 'artefacts/two/s2'), { recursive: true });
    execFileSync('tar', ['czf', join(folder, 'artefacts/three.tgz'), '-C', join(folder, '.evenkeel/runs'), 's3']);
    for (const run of ['s1', 's2', 's3']) rmSync(runPath(folder, run), { recursive: true });
    expect((await inFolder(folder, 'merge', 'artefacts', '--run-id', 'joined')).code).toBe(0);
    expect(textOf(folder, 'joined', 'verdict.json')).toBe(textOf(folder, 'whole', 'verdict.json'));
  });

  it('refuses a missing shard; with --allow-partial the result is stamped PARTIAL everywhere', async () => {
    const folder = newProject();
    await runShards(folder, 3);
    const paths = shardPaths(folder, 3).slice(1);
    const refused = await inFolder(folder, 'merge', ...paths);
    expect(refused.code).toBe(3);
    expect(refused.err).toContain('expected all 3 shards, got 2, without 1.');
    const { code, out, err } = await inFolder(folder, 'merge', '--allow-partial', '--run-id', 'part', ...paths);
    expect(code).toBe(0);
    expect(out).toContain('PARTIAL, 2 of 3 shards');
    expect(err).toContain('PARTIAL: shard 1 of 3 missing');
    expect(JSON.parse(textOf(folder, 'part', 'findings.json'))).toMatchObject({ partial: { of: 3, present: [2, 3] } });
    expect(JSON.parse(textOf(folder, 'part', 'verdict.json'))).toMatchObject({
      partial: { of: 3, present: [2, 3] },
      reason: expect.stringMatching(/^PARTIAL, /),
    });
    expect(JSON.parse(textOf(folder, 'part', 'report.json'))).toMatchObject({ banner: { stamp: 'PARTIAL' } });
    expect((await inFolder(folder, 'gate', 'part')).out).toContain('PARTIAL');
  });

  it('is incomplete when a shard has left units out', async () => {
    const folder = newProject();
    await runShards(folder, 2);
    const lines = textOf(folder, 's1', 'units.jsonl').trimEnd().split('\n');
    writeFileSync(runPath(folder, 's1', 'units.jsonl'), `${lines.slice(1).join('\n')}\n`);
    const { code, out } = await inFolder(folder, 'merge', ...shardPaths(folder, 2));
    expect(code).toBe(3);
    expect(out).toContain('not run');
  });

  it('notes a unit that was executed twice with equal results', async () => {
    const folder = newProject();
    await runShards(folder, 2);
    await inFolder(folder, 'run', '--shard', '1/2', '--run-id', 'again');
    // The clock of these tests stands still between runs: an execution an hour later is one of its own.
    const later = textOf(folder, 'again', 'units.jsonl').replaceAll('T04:', 'T05:');
    writeFileSync(runPath(folder, 'again', 'units.jsonl'), later);
    const paths = [...shardPaths(folder, 2), runPath(folder, 'again')];
    const { code, err } = await inFolder(folder, 'merge', '--run-id', 'joined', ...paths);
    expect(code).toBe(0);
    expect(err).toMatch(/note: \d+ units? ran twice, with equal results/);
    const { executions } = JSON.parse(textOf(folder, 'joined', 'findings.json')) as {
      executions: { repeatedUnits: number; unequal: unknown[] };
    };
    expect(executions.repeatedUnits).toBeGreaterThan(0);
    expect(executions.unequal).toEqual([]);
  });

  it('fails on a unit that was executed twice with unequal results, and keeps both', async () => {
    const folder = newProject();
    await runShards(folder, 2);
    // Another noise at the same target: what a server does that does not repeat itself.
    writeProject(folder, {
      'evenkeel.config.json': { ...nullConfig, target: { kind: 'null', flipRate: 1, noiseSeed: 'other' } },
    });
    await inFolder(folder, 'run', '--shard', '1/2', '--run-id', 'again');
    const paths = [...shardPaths(folder, 2), runPath(folder, 'again')];
    const { code, err } = await inFolder(folder, 'merge', '--run-id', 'joined', ...paths);
    expect(code).toBe(1);
    expect(err).toContain('ran twice with unequal results');
    const verdict = JSON.parse(textOf(folder, 'joined', 'verdict.json')) as { checks: { metric: string }[] };
    expect(verdict.checks[0]).toMatchObject({ axis: 'execution', metric: 'run-to-run', outcome: 'fail' });
    const units = textOf(folder, 'joined', 'units.jsonl').trimEnd().split('\n');
    const once = shardPaths(folder, 2).flatMap((path) =>
      readFileSync(join(path, 'units.jsonl'), 'utf8').trimEnd().split('\n'),
    );
    expect(units.length).toBeGreaterThan(once.length);
  });

  it('takes a copy of a shard for what it is: one execution', async () => {
    const folder = newProject();
    await runShards(folder, 2);
    cpSync(runPath(folder, 's1'), join(folder, 'copy'), { recursive: true });
    const paths = [...shardPaths(folder, 2), 'copy', runPath(folder, 's2')];
    const { code, err } = await inFolder(folder, 'merge', '--run-id', 'joined', ...paths);
    expect(code).toBe(0);
    expect(err).toContain('stood in two folders alike');
    expect(JSON.parse(textOf(folder, 'joined', 'findings.json'))).toMatchObject({ executions: { repeatedUnits: 0 } });
  });

  it.each<[string, (folder: string) => Promise<unknown>, string]>([
    [
      'another plan',
      (folder) => inFolder(folder, 'run', '--seed', 'x', '--shard', '2/2', '--run-id', 's2'),
      'the plan',
    ],
    ['another cut', (folder) => inFolder(folder, 'run', '--shard', '2/3', '--run-id', 's2'), 'one of 2 shards by hash'],
    [
      'another rule',
      (folder) => inFolder(folder, 'run', '--shard', '2/2', '--shard-by', 'cost', '--run-id', 's2'),
      'got one of 2 by cost',
    ],
    [
      'another target',
      async (folder) => {
        writeProject(folder, {
          'evenkeel.config.json': { ...nullConfig, target: { kind: 'null', modelSeed: 'other' } },
        });
        await inFolder(folder, 'run', '--shard', '2/2', '--run-id', 's2');
      },
      'model is evenkeel there and other here',
    ],
    [
      'another policy',
      async (folder) => {
        writeProject(folder, { 'evenkeel.config.json': { ...nullConfig, policy: { maxFailureRate: 0.5 } } });
        await inFolder(folder, 'run', '--shard', '2/2', '--run-id', 's2');
      },
      'expected the policy of',
    ],
    ['a whole run', (folder) => inFolder(folder, 'run', '--run-id', 's2'), 'got a run of the whole plan'],
    [
      'a unit of the other shard',
      async (folder) => {
        await inFolder(folder, 'run', '--shard', '2/2', '--run-id', 's2');
        appendFileSync(runPath(folder, 's2', 'units.jsonl'), textOf(folder, 's1', 'units.jsonl'));
      },
      'expected a unit of shard 2 of 2',
    ],
    [
      'a damaged blob',
      async (folder) => {
        await inFolder(folder, 'run', '--shard', '2/2', '--run-id', 's2');
        const [blob] = filesIn(runPath(folder, 's2')).filter((file) => file.startsWith('blobs/'));
        appendFileSync(runPath(folder, 's2', blob), 'x');
      },
      'expected bytes with the SHA-256',
    ],
    [
      'an edited plan',
      async (folder) => {
        await inFolder(folder, 'run', '--shard', '2/2', '--run-id', 's2');
        const text = textOf(folder, 's2', 'plan.json');
        writeFileSync(
          runPath(folder, 's2', 'plan.json'),
          text.replace(/"id":"u-[0-9a-f]{16}"/, '"id":"u-0000000000000000"'),
        );
      },
      'expected units with the digest',
    ],
    ['a folder that is none', (folder) => Promise.resolve(mkdirSync(runPath(folder, 's2'))), 'got none'],
    ['nothing', () => Promise.resolve(), 'got nothing there'],
  ])('refuses %s with one message, exit 3, and writes nothing', async (_, second, words) => {
    const folder = newProject();
    await inFolder(folder, 'run', '--shard', '1/2', '--run-id', 's1');
    await second(folder);
    const before = filesIn(folder);
    const { code, out, err } = await inFolder(folder, 'merge', ...shardPaths(folder, 2));
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(
      err
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('error:')),
    ).toHaveLength(1);
    expect(err).toContain(words);
    expect(filesIn(folder).filter((file) => !file.endsWith('/latest'))).toEqual(
      before.filter((file) => !file.endsWith('/latest')),
    );
  });

  it('with --quiet tells the result on stdout and nothing on stderr, but that a shard is missing', async () => {
    const folder = newProject();
    for (const index of [1, 2]) await inFolder(folder, 'run', '--shard', `${index}/2`, '--run-id', `s${index}`);
    const whole = await inFolder(folder, 'merge', '--quiet', ...shardPaths(folder, 2));
    expect(whole.err).not.toMatch(/folders|note:/);
    expect((await inFolder(folder, 'merge', ...shardPaths(folder, 2))).err).toMatch(/2 folders/);
    const part = await inFolder(folder, 'merge', '--quiet', '--allow-partial', ...shardPaths(folder, 1));
    expect(part.err).toContain('PARTIAL');
  });
});
