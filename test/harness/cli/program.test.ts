import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../harness/schema/index.ts';
import { createIo, evenkeel, filesIn, nullConfig, projectFolder, smallConfig } from '../../support/command-line.ts';

const inFolder = (folder: string, ...args: string[]) => evenkeel(args, createIo({ cwd: folder }));

describe('usage', () => {
  it.each([
    [['run', '--nope']],
    [['fly']],
    [[]],
    [['run', '--limit', '0']],
    [['run', '--limit', 'two']],
    [['run', '--lanes', '65']],
    [['run', '--filter', 'repeat,,x']],
    [['run', '--output', 'pdf']],
    [['list', 'cats']],
    [['list']],
    [['gate', 'one', 'two']],
    [['run', '--resume', 'a', '--run-id', 'b']],
  ])('%j exits 2, says why on stderr, and writes nothing', async (args) => {
    const folder = projectFolder();
    const before = filesIn(folder);
    const { code, out, err } = await inFolder(folder, ...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
    expect(filesIn(folder)).toEqual(before);
  });

  it.each([[['--help']], [['run', '--help']], [['help', 'gate']], [['--version']]])(
    '%j exits 0 and answers on stdout',
    async (args) => {
      const { code, out, err } = await inFolder(projectFolder(), ...args);
      expect(code).toBe(0);
      expect(out).not.toBe('');
      expect(err).toBe('');
    },
  );

  it('has the version of the package', async () => {
    expect((await inFolder(projectFolder(), '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('explains every verb with an example', async () => {
    for (const verb of [
      'init',
      'run',
      'plan',
      'report',
      'gate',
      'list',
      'validate',
      'doctor',
      'schema',
      'completion',
    ]) {
      const { out } = await inFolder(projectFolder(), verb, '--help');
      expect(out).toContain(`Examples:\n  evenkeel ${verb}`);
    }
    expect((await inFolder(projectFolder(), '--help')).out).toContain('130  interrupted');
  });
});

describe('validate', () => {
  it('says what a good config plans', async () => {
    const { code, out } = await inFolder(projectFolder(), 'validate');
    expect(code).toBe(0);
    expect(out).toMatch(/evenkeel\.config\.json: valid, 2 cases, 2 units\n$/);
  });

  it('tells the problems of config and case files in one message', async () => {
    const folder = projectFolder({
      'evenkeel.config.json': {
        ...smallConfig,
        target: { ...smallConfig.target, lanes: 'two', maxBatches: 3 },
        cases: ['cases.yaml', 'missing.yaml', 'empty.yaml', 'twice.yaml'],
        perturbations: { repeat: { times: 1 } },
      },
      'empty.yaml': '',
      'twice.yaml': 'schemaVersion: 1\ncases: [{ id: clinic, parts: [{ label: query, text: x }] }]\n',
    });
    const before = filesIn(folder);
    const { code, out, err } = await inFolder(folder, 'validate');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/evenkeel\.config\.json: 6 problems\n/);
    for (const part of ['target.lanes', 'maxBatches', 'times', 'missing.yaml', 'empty.yaml', 'clinic'])
      expect(err).toContain(part);
    expect(filesIn(folder)).toEqual(before);
  });

  it('names unknown faults, filters and checkpoints with what there is', async () => {
    const folder = projectFolder({
      'evenkeel.config.json': {
        ...smallConfig,
        target: { ...smallConfig.target, checkpoint: { kind: 'directory', path: 'weights' } },
      },
    });
    const { code, err } = await inFolder(
      folder,
      ...['validate', '--fault', 'compressor-state-not-rest', '--filter', 'repeet'],
    );
    expect(code).toBe(2);
    expect(err).toContain('Did you mean "compressor-state-not-reset"?');
    expect(err).toContain('Did you mean "repeat"?');
    expect(err).toContain('target.checkpoint.path: expected a folder');
  });

  it('without a config says which names it looked for', async () => {
    const { code, err } = await inFolder(projectFolder({}), 'validate');
    expect(code).toBe(2);
    expect(err).toContain('evenkeel.config.{ts,');
  });
});

describe('plan', () => {
  it('lists units and totals, and writes nothing', async () => {
    const folder = projectFolder();
    const { code, out } = await inFolder(folder, 'plan');
    expect(code).toBe(0);
    expect(out).toMatch(/u-[0-9a-f]{16} {2}repeat/);
    expect(out).toContain('2 units, 4 levels, 4 requests');
    expect(filesIn(folder)).toEqual(['cases.yaml', 'evenkeel.config.json']);
  });

  it('is JSON and nothing else with --json; flags change it', async () => {
    const folder = projectFolder();
    const planOf = async (...flags: string[]) =>
      JSON.parse((await inFolder(folder, 'plan', '--json', ...flags)).out) as {
        planSha256: string;
        units: unknown[];
        totals: { units: number };
      };
    const whole = await planOf();
    expect(whole).toEqual(await planOf());
    expect(whole.units).toHaveLength(2);
    expect((await planOf('--limit', '1')).totals.units).toBe(1);
    expect((await planOf('--seed', 'other')).planSha256).not.toBe(whole.planSha256);
  });

  it('names what each check can find: the n that the run then has, and the rate of zero failures in n', async () => {
    const folder = projectFolder({
      'evenkeel.config.json': { ...nullConfig, perturbations: { ...nullConfig.perturbations, 'prior-content': {} } },
    });
    const { checks, byPerturbation, totals } = JSON.parse((await inFolder(folder, 'plan', '--json')).out) as {
      checks: { report: string; level: string; comparisons: number; cases: number; failureRateFound: number | null }[];
      byPerturbation: { requests: number }[];
      totals: { requests: number };
    };
    expect(byPerturbation.reduce((sum, { requests }) => sum + requests, 0)).toBe(totals.requests);
    await inFolder(folder, 'run', '--run-id', 'one', '--no-progress');
    const findings = JSON.parse(readFileSync(join(folder, '.evenkeel/runs/one/findings.json'), 'utf8')) as Findings;
    const measured = [
      ...findings.determinism
        .filter(({ promise }) => promise === 'bit-equal')
        .map(({ level, tokens }) => ['determinism', level, tokens.n]),
      ...findings.drift
        .filter(({ promise }) => promise === 'drift')
        .map(({ level, klNatsMean }) => ['drift', level, klNatsMean.kind === 'measured' ? klNatsMean.n : 0]),
      ...findings.leakage.map(({ level, contentDependent }) => ['leakage', level, contentDependent.n]),
    ];
    const planned = checks.map(({ report, level, comparisons, cases }) => [
      report,
      level,
      report === 'drift' ? cases : comparisons,
    ]);
    const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(planned)).toEqual(sorted(measured));
    expect(planned.length).toBeGreaterThan(5);
    for (const { comparisons, failureRateFound } of checks)
      if (failureRateFound !== null) expect(failureRateFound).toBeCloseTo(1 - 0.05 ** (1 / comparisons), 12);
  });

  it('is what run --dry-run prints, and a shard lists its part', async () => {
    const folder = projectFolder();
    const { out } = await inFolder(folder, 'plan');
    expect(out).toMatch(/determinism: repeat +repeat-2 +2 +77\.6 % +enough/);
    expect(await inFolder(folder, 'run', '--dry-run')).toMatchObject({ code: 0, out });
    expect(filesIn(folder)).toEqual(['cases.yaml', 'evenkeel.config.json']);
    const parts = await Promise.all([1, 2].map((index) => inFolder(folder, 'plan', '--json', '--shard', `${index}/2`)));
    const unitsOf = ({ out: text }: { out: string }) => (JSON.parse(text) as { units: { id: string }[] }).units;
    expect(parts.flatMap(unitsOf)).toHaveLength(2);
  });
});

describe('list', () => {
  it.each([
    ['suites', 'determinism'],
    ['perturbations', 'batch-size'],
    ['targets', 'reference-engine'],
    ['faults', 'compressor-state-not-reset'],
  ])('%s names %s, also as JSON', async (kind, member) => {
    const folder = projectFolder({});
    expect((await inFolder(folder, 'list', kind)).out).toContain(member);
    const items = JSON.parse((await inFolder(folder, 'list', kind, '--json')).out) as unknown[];
    expect(JSON.stringify(items)).toContain(member);
  });

  it('names the units of the config with their levels, as the plan has them', async () => {
    const folder = projectFolder();
    const items = JSON.parse((await inFolder(folder, 'list', 'units', '--json')).out) as { id: string }[];
    const plan = JSON.parse((await inFolder(folder, 'plan', '--json')).out) as { units: unknown[] };
    expect(items).toEqual(plan.units);
    const { out } = await inFolder(folder, 'list', 'units');
    expect(out).toMatch(/^unit +perturbation +cases +levels$/m);
    for (const { id } of items)
      expect(out).toMatch(new RegExp(`^${id} +repeat +(clinic|parcels) +none repeat-2$`, 'm'));
  });

  it('has no runs before the first', async () => {
    const { code, out, err } = await inFolder(projectFolder(), 'list', 'runs');
    expect([code, out, err]).toEqual([0, '', 'no runs\n']);
  });
});
