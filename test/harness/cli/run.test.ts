import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createIo,
  evenkeel,
  filesIn,
  projectFolder,
  smallConfig,
  writeProject,
  type IoOptions,
} from '../../support/command-line.ts';

const inFolder = (folder: string, args: readonly string[], more: Partial<IoOptions> = {}) =>
  evenkeel(args, createIo({ cwd: folder, ...more }));
const textOf = (folder: string, run: string, file: string): string =>
  readFileSync(join(folder, '.evenkeel/runs', run, file), 'utf8');

describe('run', () => {
  it('measures, writes the run folder, and passes', async () => {
    const folder = projectFolder();
    const { code, out, err } = await inFolder(folder, ['run', '--run-id', 'one']);
    expect(code).toBe(0);
    expect(out).not.toBe('');
    expect(err).toContain('[1/2] ok repeat');
    const files = filesIn(join(folder, '.evenkeel/runs')).filter((path) => !path.includes('blobs'));
    expect(files).toEqual([
      'latest',
      ...['findings.json', 'manifest.json', 'plan.json', 'report.json', 'units.jsonl', 'verdict.json'].map(
        (name) => `one/${name}`,
      ),
    ]);
    const manifest = JSON.parse(textOf(folder, 'one', 'manifest.json')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      runId: 'one',
      createdAt: expect.stringMatching(/^2026-11-24T04:00:0/),
      runtime: { node: 'v20.19.0' },
      reproduce: 'evenkeel run --config evenkeel.config.json',
    });
  });

  it('prints only JSON on stdout with --json, and no progress with --no-progress', async () => {
    const { code, out, err } = await inFolder(projectFolder(), ['run', '--json', '--no-progress', '-n', '1']);
    expect(code).toBe(0);
    expect(() => JSON.parse(out) as unknown).not.toThrow();
    expect(err).not.toContain('[1/1]');
  });

  it('names a run by time and plan, and never takes a folder twice', async () => {
    const folder = projectFolder({ 'evenkeel.config.json': { ...smallConfig, caseLimit: 1 } });
    await inFolder(folder, ['run']);
    await inFolder(folder, ['run']);
    const { out } = await inFolder(folder, ['list', 'runs', '--json']);
    const ids = (JSON.parse(out) as { id: string; outcome: string }[]).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^20261124-04000\d-[0-9a-f]{6}$/);
    const { code, err } = await inFolder(folder, ['run', '--run-id', ids[0]]);
    expect(code).toBe(2);
    expect(err).toContain('--resume');
  });

  it('draws one line over on a terminal, and keeps colour to terminals', async () => {
    const folder = projectFolder();
    const tty = await inFolder(folder, ['run', '-n', '1'], { isTty: true, env: { TERM: 'xterm' } });
    expect(tty.err).toContain('\r\u001b[2K');
    expect(tty.err).toContain('1/1');
    const plain = await inFolder(folder, ['run', '-n', '1']);
    expect(plain.err + plain.out).not.toContain('\u001b');
    const quiet = await inFolder(folder, ['run', '-n', '1'], { isTty: true, env: { NO_COLOR: '1' } });
    expect(quiet.out).not.toContain('\u001b');
    const forced = await inFolder(folder, ['run', '-n', '1', '--no-progress'], { env: { FORCE_COLOR: '1' } });
    expect(forced.out).toContain('\u001b[');
  });

  it('stops at Ctrl-C with 130 and the command that goes on; the resumed run has the same findings', async () => {
    const folder = projectFolder();
    expect((await inFolder(folder, ['run', '--run-id', 'whole'])).code).toBe(0);
    const io = createIo({
      cwd: folder,
      onErr: (text) => {
        if (text.startsWith('[1/2]')) io.interrupt();
      },
    });
    const stopped = await evenkeel(['run', '--run-id', 'cut'], io);
    expect(stopped.code).toBe(130);
    expect(stopped.out).toBe('');
    expect(stopped.err).toContain('evenkeel run --resume cut --config evenkeel.config.json');
    expect((await inFolder(folder, ['gate', 'cut'])).code).toBe(3);
    appendFileSync(join(folder, '.evenkeel/runs/cut/units.jsonl'), '{"torn');
    const resumed = await inFolder(folder, ['run', '--resume', 'cut']);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain('1 done before');
    for (const file of ['findings.json', 'verdict.json'])
      expect(textOf(folder, 'cut', file)).toBe(textOf(folder, 'whole', file));
    expect(textOf(folder, 'cut', 'units.jsonl').trim().split('\n')).toHaveLength(2);
  });

  it('ends at once at the second Ctrl-C', async () => {
    const folder = projectFolder();
    const io = createIo({
      cwd: folder,
      onErr: (text) => {
        if (!text.startsWith('[1/2]')) return;
        io.interrupt();
        io.interrupt();
      },
    });
    await evenkeel(['run'], io);
    expect(io.exits).toEqual([130]);
  });

  it('refuses to continue with another plan or another target, with both values', async () => {
    const folder = projectFolder();
    await inFolder(folder, ['run', '--run-id', 'one', '-n', '1']);
    const files = filesIn(folder);
    const plan = await inFolder(folder, ['run', '--resume', 'one']);
    expect(plan.code).toBe(3);
    expect(plan.err.match(/[0-9a-f]{64}/g)).toHaveLength(2);
    expect(plan.err).toContain('evenkeel run --config evenkeel.config.json --limit 1');
    writeProject(folder, {
      'evenkeel.config.json': { ...smallConfig, target: { ...smallConfig.target, chunkSize: 8 } },
    });
    const target = await inFolder(folder, ['run', '--resume', 'one', '-n', '1']);
    expect(target.code).toBe(3);
    expect(target.err).toContain('chunkSize was 64, is 8');
    expect(filesIn(folder)).toEqual(files);
  });

  it('has nothing to resume before the first run', async () => {
    const { code, err } = await inFolder(projectFolder(), ['run', '--resume']);
    expect(code).toBe(3);
    expect(err).toContain('expected at least one run');
  });
});

describe('gate and report', () => {
  it('give the code of the run, and findings and verdict byte for byte', async () => {
    const folder = projectFolder();
    // 0 of 2 allows 78 %: too much for a bound of 1 %.
    writeProject(folder, {
      'evenkeel.config.json': { ...smallConfig, policy: { maxFailureRate: 0.01, failOnInconclusive: true } },
    });
    expect((await inFolder(folder, ['run', '--run-id', 'one'])).code).toBe(4);
    const files = filesIn(folder);
    const before = files.map((file) => readFileSync(join(folder, file)));
    const gate = await inFolder(folder, ['gate']);
    expect(gate.code).toBe(4);
    expect(gate.out).toContain('inconclusive');
    expect(JSON.parse((await inFolder(folder, ['gate', '--json', 'one'])).out)).toMatchObject({ exitCode: 4 });
    expect((await inFolder(folder, ['gate', '--exit-zero'])).code).toBe(0);
    const report = await inFolder(folder, ['report', join(folder, '.evenkeel/runs/one')]);
    expect(report.code).toBe(4);
    expect(filesIn(folder)).toEqual(files);
    expect(files.map((file) => readFileSync(join(folder, file)))).toEqual(before);
  });

  it('say that a stored verdict is not what the units give', async () => {
    const folder = projectFolder();
    await inFolder(folder, ['run', '--run-id', 'one', '-n', '1']);
    const path = join(folder, '.evenkeel/runs/one/verdict.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"default"', '"relaxed"'));
    const { code, err } = await inFolder(folder, ['gate']);
    expect(code).toBe(0);
    expect(err).toContain('evenkeel report one');
  });

  it('exit 3 on a damaged record, naming file and line', async () => {
    const folder = projectFolder();
    await inFolder(folder, ['run', '--run-id', 'one', '-n', '1']);
    const path = join(folder, '.evenkeel/runs/one/units.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"status":"ok"', '"status":"fine"'));
    const { code, err } = await inFolder(folder, ['gate']);
    expect(code).toBe(3);
    expect(err).toContain('units.jsonl, line 1, status');
  });
});
