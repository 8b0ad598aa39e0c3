import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, filesIn, writeProject } from '../../support/command-line.ts';
import { temporaryFolder } from '../../support/run-records.ts';

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

describe('evenkeel init', () => {
  it.each([
    [[], 'evenkeel.config.yaml', '.github/workflows/evenkeel.yml'],
    [['--ts'], 'evenkeel.config.ts', '.github/workflows/evenkeel.yml'],
    [['--ci', 'gitlab'], 'evenkeel.config.yaml', '.gitlab/evenkeel.yml'],
  ])('with %j writes what a first run needs, and it is valid', async (args, config, ci) => {
    const cwd = temporaryFolder();
    const { code, out, err } = await evenkeel(['init', ...args], createIo({ cwd }));
    expect(code).toBe(0);
    expect(filesIn(cwd)).toEqual([ci, '.gitignore', 'cases/first.yaml', config].sort());
    expect(out).toContain(`created  ${config}`);
    expect(err).toContain('npx evenkeel run');
    expect(read(cwd, '.gitignore')).toBe('.evenkeel/\n');
    const checked = await evenkeel(['validate'], createIo({ cwd }));
    expect(checked.err).toBe('');
    expect(checked.code).toBe(0);
  });

  it('says the same in YAML and in TypeScript', async () => {
    const resolved = async (...args: string[]): Promise<unknown> => {
      const cwd = temporaryFolder();
      await evenkeel(['init', ...args], createIo({ cwd }));
      const { out } = await evenkeel(['validate', '--print', '--json'], createIo({ cwd }));
      return (JSON.parse(out) as { config: unknown }).config;
    };
    expect(await resolved('--ts')).toEqual(await resolved());
  });

  it('writes a YAML header that finds the schema in the installed package', async () => {
    const cwd = temporaryFolder();
    await evenkeel(['init'], createIo({ cwd }));
    for (const [path, schema] of [
      ['evenkeel.config.yaml', './node_modules/evenkeel/schema/config.json'],
      ['cases/first.yaml', '../node_modules/evenkeel/schema/case-file.json'],
    ])
      expect(read(cwd, path).split('\n')[0]).toBe(`# yaml-language-server: $schema=${schema}`);
  });

  it('keeps every file that is there, and says so', async () => {
    const cwd = temporaryFolder();
    const own = { 'evenkeel.config.json': '{}', 'cases/first.yaml': 'mine', '.github/workflows/evenkeel.yml': 'mine' };
    writeProject(cwd, { ...own, '.gitignore': 'dist' });
    const { code, out } = await evenkeel(['init'], createIo({ cwd }));
    expect(code).toBe(0);
    for (const [path, text] of Object.entries(own)) {
      expect(read(cwd, path)).toBe(text);
      expect(out).toContain(`kept     ${path} (exists)`);
    }
    expect(read(cwd, '.gitignore')).toBe('dist\n.evenkeel/\n');
    expect(filesIn(cwd)).toEqual([...Object.keys(own), '.gitignore'].sort());
  });

  it('changes nothing the second time', async () => {
    const cwd = temporaryFolder();
    await evenkeel(['init'], createIo({ cwd }));
    const before = filesIn(cwd).map((path) => read(cwd, path));
    const { out } = await evenkeel(['init', '--json'], createIo({ cwd }));
    expect(JSON.parse(out)).toMatchObject({ directory: cwd, created: [], extended: [] });
    expect(filesIn(cwd).map((path) => read(cwd, path))).toEqual(before);
  });

  it('makes the folder that is named, and refuses a file', async () => {
    const cwd = temporaryFolder();
    const { err } = await evenkeel(['init', 'a b/evals', '--ci', 'none'], createIo({ cwd }));
    expect(filesIn(cwd)).toEqual([
      'a b/evals/.gitignore',
      'a b/evals/cases/first.yaml',
      'a b/evals/evenkeel.config.yaml',
    ]);
    expect(err).toContain("cd 'a b/evals'");
    writeFileSync(join(cwd, 'taken'), '');
    expect((await evenkeel(['init', 'taken'], createIo({ cwd }))).code).toBe(2);
  });

  it('writes CI jobs that are YAML with the steps that they should have', async () => {
    const cwd = temporaryFolder();
    await evenkeel(['init'], createIo({ cwd }));
    await evenkeel(['init', '--ci', 'gitlab'], createIo({ cwd }));
    const github = parse(read(cwd, '.github/workflows/evenkeel.yml')) as {
      jobs: { evenkeel: { steps: { run?: string; uses?: string; if?: string }[] } };
    };
    const steps = github.jobs.evenkeel.steps;
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
      'npm ci',
      'npx evenkeel validate',
      'npx evenkeel run -o html -o json -o github',
    ]);
    expect(steps.at(-1)).toMatchObject({
      if: expect.stringContaining('!cancelled()') as string,
      with: { path: '.evenkeel/runs' },
    });
    const gitlab = parse(read(cwd, '.gitlab/evenkeel.yml')) as {
      evenkeel: { script: string[]; artifacts: { reports: Record<string, string> } };
    };
    expect(gitlab.evenkeel.script).toEqual([
      'npm ci',
      'npx evenkeel validate',
      'npx evenkeel run -o html -o json -o junit -o gitlab',
    ]);
    expect(gitlab.evenkeel.artifacts.reports).toEqual({
      junit: '.evenkeel/runs/*/report.junit.xml',
      codequality: '.evenkeel/runs/*/report.gitlab.json',
    });
  });
});
