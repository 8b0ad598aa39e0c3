import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findings, manifest, verdict, type Findings, type Verdict } from '../../harness/schema/index.ts';
import { spawnCli, type Exited } from '../support/built-cli.ts';
import { filesIn, projectFolder, smallConfig, writeProject } from '../support/command-line.ts';

/** All perturbations, at few levels: seconds. */
const allAxes = {
  ...smallConfig,
  reporters: ['html', 'json'],
  // a few outputs cannot bound the rate of leaked canaries by the default 1 %
  policy: { ...smallConfig.policy, maxCanaryRate: 0.95 },
  perturbations: {
    'batch-content': { mates: 2 },
    'batch-size': { sizes: [1, 2, 4], lengths: ['ragged'], rowPositions: true },
    precision: { levels: ['f32', 'w8a8'] },
    'prior-content': { mates: 2 },
    'prompt-order': { parts: ['rule'], shuffles: 1 },
    repeat: { times: 2 },
    truncation: { sides: ['head'], keepShare: [0.6] },
  },
};
const runs = '.evenkeel/runs';
const textOf = (folder: string, run: string, file: string): string =>
  readFileSync(join(folder, runs, run, file), 'utf8');
const findingsOf = (folder: string, run: string): Findings =>
  findings.parse(JSON.parse(textOf(folder, run, 'findings.json')));
const verdictOf = (folder: string, run: string): Verdict =>
  verdict.parse(JSON.parse(textOf(folder, run, 'verdict.json')));

describe('the main job', () => {
  /** One run that nothing interrupts: reported, and what an interrupted one must come to. */
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-main-job-'));
  let whole: Exited;
  beforeAll(async () => {
    projectFolder({ 'evenkeel.config.json': allAxes }, folder);
    whole = await spawnCli(['run', '--run-id', 'one'], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes with three reports, and report and gate reproduce it without a model', async () => {
    const { code, out, err } = whole;
    expect(err).not.toContain('error');
    expect(code).toBe(0);
    for (const word of ['determinism', 'drift', 'leakage']) expect(out.toLowerCase()).toContain(word);
    expect(out).not.toContain('\u001b');

    const { determinism, drift, leakage, missing } = findingsOf(folder, 'one');
    expect(missing).toEqual([]);
    expect(new Set(determinism.map(({ axis }) => axis))).toEqual(
      new Set(['batch-size/ragged', 'row-position', 'precision', 'prompt-order/rule', 'repeat', 'truncation/head']),
    );
    expect(
      determinism
        .filter(({ promise }) => promise === 'bit-equal')
        .every(({ bits }) => 'n' in bits && bits.equal === bits.n && bits.n > 0),
    ).toBe(true);
    expect([...determinism, ...leakage].map(({ evidenceProblem }) => evidenceProblem).filter(Boolean)).toEqual([]);
    expect(drift.find(({ axis, level }) => axis === 'precision' && level === 'w8a8')?.klNatsMean).toMatchObject({
      kind: 'measured',
    });
    expect(new Set(leakage.map(({ axis }) => axis))).toEqual(new Set(['batch-content', 'prior-content']));
    expect(leakage.every(({ contentDependent: { equal, n } }) => equal === n && n > 0)).toBe(true);
    expect(verdictOf(folder, 'one')).toMatchObject({
      outcome: 'pass',
      reports: { determinism: 'pass', leakage: 'pass' },
    });
    expect(manifest.parse(JSON.parse(textOf(folder, 'one', 'manifest.json'))).target.card).not.toEqual([]);
    const html = textOf(folder, 'one', 'report.html');
    for (const word of ['Determinism', 'Drift', 'Leakage', 'Content-Security-Policy']) expect(html).toContain(word);

    // Everything from the units on is a function of the run folder.
    const made = ['findings.json', 'verdict.json', 'report.html', 'report.json'];
    const before = made.map((file) => textOf(folder, 'one', file));
    for (const file of made) rmSync(join(folder, runs, 'one', file));
    const report = await spawnCli(['report', 'one'], { cwd: folder });
    expect(report.code).toBe(0);
    expect(made.map((file) => textOf(folder, 'one', file))).toEqual(before);
    expect(report.out).toBe(out);
    expect((await spawnCli(['gate', 'one'], { cwd: folder })).code).toBe(0);
  });

  it('interrupted and resumed has the findings and the verdict of a run that was not, byte for byte', async () => {
    expect(whole.code).toBe(0);
    const cut = await spawnCli(['run', '--run-id', 'cut', '--lanes', '1'], { cwd: folder, interruptAt: /^\[ *3\//m });
    expect(cut.code).toBe(130);
    expect(cut.out).toBe('');
    expect(cut.err).toContain('evenkeel run --resume cut --config evenkeel.config.json --lanes 1');
    const units = textOf(folder, 'cut', 'units.jsonl').trim().split('\n').length;
    expect(units).toBeGreaterThanOrEqual(3);
    expect(units).toBeLessThan(textOf(folder, 'one', 'units.jsonl').trim().split('\n').length);
    const resumed = await spawnCli(['run', '--resume', 'cut'], { cwd: folder });
    expect(resumed.code).toBe(0);
    for (const file of ['plan.json', 'findings.json', 'verdict.json'])
      expect(textOf(folder, 'cut', file)).toBe(textOf(folder, 'one', file));
    expect(filesIn(join(folder, runs, 'cut/blobs'))).toEqual(filesIn(join(folder, runs, 'one/blobs')));
  });

  it('killed in the middle leaves a folder that goes on, and is incomplete until then', async () => {
    const own = projectFolder({ 'evenkeel.config.json': { ...allAxes, reporters: ['json'] } });
    const killed = await spawnCli(['run', '--run-id', 'cut'], {
      cwd: own,
      interruptAt: /^\[ *2\//m,
      signal: 'SIGKILL',
    });
    expect(killed.code).toBeNull();
    const gate = await spawnCli(['gate'], { cwd: own });
    expect(gate.code).toBe(3);
    expect(gate.out).toContain('incomplete');
    expect((await spawnCli(['run', '--resume'], { cwd: own })).code).toBe(0);
    expect(verdictOf(own, 'cut').outcome).toBe('pass');
  });

  it('prints nothing but JSON on stdout with --json', async () => {
    const { code, out } = await spawnCli(['run', '--json', '-n', '1'], { cwd: projectFolder() });
    expect(code).toBe(0);
    expect(() => JSON.parse(out) as unknown).not.toThrow();
  });
});

describe('bad input', () => {
  const part = '{ id: a, parts: [{ label: query, text: x }] }';
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    [
      'an unknown key, a wrong type and a level out of range',
      {
        'evenkeel.config.json': {
          ...smallConfig,
          target: { ...smallConfig.target, lane: 2, maxBatch: '16' },
          perturbations: { 'batch-size': { sizes: [1, 100_000] } },
        },
      },
      ['target.lane', 'target.maxBatch', 'sizes'],
    ],
    [
      'a missing, an empty and a broken case file, and duplicate ids',
      {
        'evenkeel.config.json': { ...smallConfig, cases: ['none.yaml', 'empty.yaml', 'no-cases.yaml', 'twice.yaml'] },
        'empty.yaml': '',
        'no-cases.yaml': 'schemaVersion: 1\ncases: []\n',
        'twice.yaml': `schemaVersion: 1\ncases: [${part}, ${part}]\n`,
      },
      ['none.yaml', 'empty.yaml', 'no-cases.yaml', 'twice.yaml: cases[1].id'],
    ],
    [
      'problems of the config and of its case file at once',
      {
        'evenkeel.config.json': { ...smallConfig, policy: { maxFailureRate: 2 }, cases: 'none.yaml' },
      },
      ['policy.maxFailureRate', 'none.yaml'],
    ],
    ['a config that is no JSON', { 'evenkeel.config.json': '{ "target": ' }, ['valid JSON']],
    ['a config that throws', { 'evenkeel.config.mjs': 'throw new Error("sorry");' }, ['sorry']],
  ])('%s: one message, exit 2, nothing written', async (_, files, expected) => {
    const folder = projectFolder(files);
    const before = filesIn(folder);
    const { code, out, err } = await spawnCli(['run'], { cwd: folder });
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const text of expected) expect(err).toContain(text);
    expect(err).toMatch(/expected .*, got /);
    expect(filesIn(folder)).toEqual(before);
  });
});

describe('a target that breaks a promise', () => {
  /** What each seeded change must make fail, and where. */
  const controls = [
    {
      name: 'split-KV by batch, as FlashMLA schedules it',
      target: { keyBlock: 16, splitPolicy: { kind: 'flashmla', multiprocessors: 8, overhead: 1 } },
      perturbations: { 'batch-size': allAxes.perturbations['batch-size'], repeat: {} },
      report: 'determinism',
      axis: 'batch-size/ragged',
    },
    {
      name: 'split-K by token count in mHC',
      target: { mhcSplitK: { kind: 'by-token-count', multiprocessors: 8, tokenBlock: 1 } },
      perturbations: { 'batch-size': allAxes.perturbations['batch-size'], repeat: {} },
      report: 'determinism',
      axis: 'batch-size/ragged',
    },
    {
      name: 'a slot that keeps the compressor state of the request before',
      target: { fault: 'compressor-state-not-reset' },
      perturbations: { 'prior-content': { mates: 2 }, 'batch-content': { mates: 2 }, repeat: {} },
      report: 'leakage',
      axis: 'prior-content',
    },
  ] as const;

  it.each(controls)('$name: the gate fails on $report, $axis', async ({ target, perturbations, report, axis }) => {
    const folder = projectFolder();
    writeProject(folder, {
      'evenkeel.config.json': { ...smallConfig, target: { ...smallConfig.target, ...target }, perturbations },
    });
    const { code, out } = await spawnCli(['run', '--run-id', 'one'], { cwd: folder });
    expect(code).toBe(1);
    expect(out).toContain(axis);
    const { outcome, reports, checks, reason } = verdictOf(folder, 'one');
    expect(outcome).toBe('fail');
    expect(reports[report]).toBe('fail');
    const failed = checks.filter((check) => check.outcome === 'fail');
    expect(failed.map((check) => check.axis)).toContain(axis);
    expect(reason).toContain(axis);
    // The right axis, and no other: the same request again in a fresh session is still equal.
    expect(failed.map((check) => check.axis)).not.toContain('repeat');
    expect((await spawnCli(['gate'], { cwd: folder })).code).toBe(1);
    expect((await spawnCli(['run', '--exit-zero', '--resume'], { cwd: folder })).code).toBe(0);
  });
});
