import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, filesIn, projectFolder, writeProject, type Ran } from '../../support/command-line.ts';

/** No model: answers are a function of the request and of the model's seed. */
const config = (change: Readonly<Record<string, unknown>> = {}, target: Readonly<Record<string, unknown>> = {}) => ({
  target: { kind: 'null', lanes: 1, ...target },
  cases: 'cases.yaml',
  generation: { maxTokens: 2, scoreLastPositions: 4 },
  policy: { maxFailureRate: 0.95 },
  perturbations: { repeat: {} },
  reporters: ['json'],
  ...change,
});

const folderWith = (change: Readonly<Record<string, unknown>> = {}) =>
  projectFolder({ 'evenkeel.config.json': config(change) });

const run = (folder: string, command: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  evenkeel(command.split(' '), createIo({ cwd: folder, env }));

const withModel = (folder: string, modelSeed: string, change: Readonly<Record<string, unknown>> = {}) =>
  writeProject(folder, { 'evenkeel.config.json': config(change, { modelSeed }) });

const baselineBytes = (folder: string): string => readFileSync(join(folder, 'evenkeel.baseline.json'), 'utf8');

describe('the baseline workflow', () => {
  it('run, save, run again: passes; another model: fails with exit 1, from run, gate, compare and report alike', async () => {
    const folder = folderWith();
    expect((await run(folder, 'run --run-id one --no-progress')).code).toBe(0);
    expect((await run(folder, 'baseline save')).code).toBe(0);
    const same = await run(folder, 'run --run-id two --no-progress --baseline main');
    expect(same.code).toBe(0);
    expect(same.out).toContain('main of evenkeel.baseline.json');
    withModel(folder, 'another');
    const other = await run(folder, 'run --run-id three --no-progress --baseline main');
    expect(other.code).toBe(1);
    expect(other.out).toContain('the target has changed:\n  model: ');
    expect(other.err).toContain('evenkeel baseline update');
    const again = ['gate three', 'gate three --baseline main', 'compare main three', 'diff one three', 'report three'];
    for (const command of again) expect([command, (await run(folder, command)).code]).toEqual([command, 1]);
    expect((await run(folder, 'compare main two')).code).toBe(0);
    // A run that was judged without one is judged with the one that is named.
    expect((await run(folder, 'gate one --baseline three')).code).toBe(1);
    expect((await run(folder, 'gate one')).code).toBe(0);
  });

  it('gives equal bytes for equal results, whatever run they come from', async () => {
    const folder = folderWith();
    await run(folder, 'run --run-id one --no-progress');
    await run(folder, 'baseline save');
    const before = baselineBytes(folder);
    await run(folder, 'run --run-id two --no-progress');
    const { code, err } = await run(folder, 'baseline update --run two');
    expect(code).toBe(0);
    expect(err).toContain('unchanged');
    expect(baselineBytes(folder)).toBe(before);
    expect(before).not.toMatch(/"one"|"two"|2026-/);
  });

  it('never changes a saved name but by update, and not by update where CI is set', async () => {
    const folder = folderWith();
    await run(folder, 'run --no-progress');
    await run(folder, 'baseline save');
    withModel(folder, 'another');
    await run(folder, 'run --run-id other --no-progress');
    const before = baselineBytes(folder);
    const save = await run(folder, 'baseline save');
    expect(save.code).toBe(2);
    expect(save.err).toContain('evenkeel compare main other');
    const inCi = await run(folder, 'baseline update', { CI: 'true' });
    expect(inCi.code).toBe(2);
    expect(inCi.err).toContain('--force');
    expect((await run(folder, 'run -u --no-progress', { CI: '1' })).code).toBe(2);
    expect(baselineBytes(folder)).toBe(before);
    expect((await run(folder, 'baseline update --force', { CI: 'true' })).code).toBe(0);
    expect(baselineBytes(folder)).not.toBe(before);
    expect((await run(folder, 'compare main other')).code).toBe(0);
  });

  it('updates with run -u, and lists and shows what is saved', async () => {
    const folder = folderWith();
    expect((await run(folder, 'run -u --no-progress')).code).toBe(0);
    expect((await run(folder, 'run -u --baseline nightly --no-progress')).code).toBe(0);
    const list = JSON.parse((await run(folder, 'baseline list --json')).out) as { name: string; units: number }[];
    expect(list).toMatchObject([
      { name: 'main', units: 2 },
      { name: 'nightly', units: 2 },
    ]);
    expect((await run(folder, 'baseline show nightly')).out).toContain('bitsDifferShare');
    const missing = await run(folder, 'run --baseline nigthly --no-progress');
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('Did you mean "nightly"?');
  });

  it('is incomplete, exit 3, when the run has not measured all units of the baseline', async () => {
    const folder = folderWith();
    await run(folder, 'run -u --no-progress');
    const part = await run(folder, 'run --baseline main --no-progress --limit 1');
    expect(part.code).toBe(3);
    expect(part.out).toContain('1 of 2 units of main of evenkeel.baseline.json were not measured');
    expect((await run(folder, 'compare main latest')).code).toBe(3);
    expect((await run(folder, 'compare main latest --exit-zero')).code).toBe(3);
  });

  it('refuses to compare what has nothing in common, and says why', async () => {
    const folder = folderWith();
    await run(folder, 'run -u --no-progress');
    const other = await run(folder, 'run --seed other --run-id other --no-progress');
    expect(other.code).toBe(0);
    const { code, err } = await run(folder, 'compare main other');
    expect(code).toBe(3);
    expect(err).toContain('the seed (evenkeel, other)');
  });

  it('refuses a damaged baseline before anything runs', async () => {
    const folder = folderWith();
    await run(folder, 'run -u --no-progress');
    writeFileSync(join(folder, 'evenkeel.baseline.json'), baselineBytes(folder).replace('"effects"', '"effect"'));
    const files = filesIn(folder);
    const { code, err } = await run(folder, 'run --baseline main --no-progress');
    expect(code).toBe(3);
    expect(err).toContain('evenkeel.baseline.json');
    expect(filesIn(folder)).toEqual(files);
  });
});

describe('a policy file', () => {
  it('replaces the policy of the config, for run and for gate', async () => {
    const folder = folderWith();
    writeProject(folder, { 'strict.yaml': 'name: strict\nmaxFailureRate: 0.01\nfailOnInconclusive: true\n' });
    expect((await run(folder, 'run --no-progress')).code).toBe(0);
    const gate = await run(folder, 'gate --policy strict.yaml --json');
    expect(gate.code).toBe(4);
    expect(JSON.parse(gate.out)).toMatchObject({ policyName: 'strict', exitCode: 4 });
    expect((await run(folder, 'run --policy strict.yaml --no-progress')).code).toBe(4);
    expect((await run(folder, 'gate')).code).toBe(4);
  });

  it('is refused with the nearest name when an axis, a level or a key is unknown', async () => {
    const folder = folderWith();
    writeProject(folder, {
      'axis.yaml': 'drift: { precison: { klNatsMeanMax: 0.1 } }\n',
      'level.yaml': 'determinism: { "repeat:repeat-3": { require: tokens } }\n',
      'key.json': '{ "maxFailureRat": 0.1 }',
    });
    await run(folder, 'run --no-progress');
    const hints = { 'axis.yaml': '"precision"', 'level.yaml': '"repeat-2"', 'key.json': '"maxFailureRate"' };
    for (const [file, hint] of Object.entries(hints)) {
      for (const verb of ['gate', 'run --no-progress']) {
        const { code, err } = await run(folder, `${verb} --policy ${file}`);
        expect([file, verb, code]).toEqual([file, verb, 2]);
        expect(err).toContain(`Did you mean ${hint}?`);
      }
    }
  });

  it('says that a bound never ran when its axis is known and not in the plan', async () => {
    const folder = folderWith();
    writeProject(folder, { 'p.yaml': 'maxFailureRate: 0.95\ndrift: { precision: { klNatsMeanMax: 0.1 } }\n' });
    await run(folder, 'run --no-progress');
    const { code, out } = await run(folder, 'gate --policy p.yaml');
    expect(code).toBe(0);
    expect(out).toContain('The bound of precision in the drift policy judged nothing');
  });

  it('waives until its last day, by the day of the clock', async () => {
    const folder = folderWith({ policy: { maxFailureRate: 0.01, failOnInconclusive: true } });
    await run(folder, 'run --no-progress');
    const waiver = (expires: string) => ({
      maxFailureRate: 0.01,
      failOnInconclusive: true,
      waivers: [{ report: 'determinism', axis: 'repeat', owner: 'kim', reason: 'few cases', expires }],
    });
    writeProject(folder, { 'last.json': waiver('2026-11-24'), 'gone.json': waiver('2026-11-23') });
    const last = await run(folder, 'gate --policy last.json');
    expect(last.code).toBe(0);
    expect(last.out).toContain('Waived by kim until 2026-11-24: few cases');
    const gone = await run(folder, 'gate --policy gone.json');
    expect(gone.code).toBe(4);
    expect(gone.out).toContain('A waiver of kim expired on 2026-11-23.');
  });
});
