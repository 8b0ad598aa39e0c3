import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../harness/cli/program.ts';
import { githubWorkflow, gitlabJob } from '../../harness/cli/starter/index.ts';
import { SCHEMA_NAMES } from '../../harness/cli/published-schemas.ts';
import { spawnCli } from '../support/built-cli.ts';
import { createIo, projectFolder } from '../support/command-line.ts';
import { documentedCommands } from '../support/documented-commands.ts';
import { temporaryFolder } from '../support/run-records.ts';

const markdown = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(folder, path));
const PAGES = ['README.md', 'ARCHITECTURE.md', ...markdown('docs'), ...markdown('suites'), ...markdown('harness')];

/** Parses the words as the program does, and runs nothing. */
function parse(words: readonly string[]): void {
  const io = createIo({ cwd: projectFolder({ '.env': '' }) });
  const program = buildProgram(io, () => undefined);
  const disarm = (command: Command): void => {
    command.action(() => undefined);
    for (const inner of command.commands) disarm(inner);
  };
  for (const command of program.commands) disarm(command);
  program.parse([...words], { from: 'user' });
}

function check(words: readonly string[]): void {
  try {
    parse(words);
  } catch (error) {
    // the help and the version that were asked for
    if (error instanceof Error && 'exitCode' in error && error.exitCode === 0) return;
    throw new Error(`evenkeel ${words.join(' ')}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

describe('the pages', () => {
  it('of the command line and of the configuration are what the program says (npm run docs)', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/reference-pages.mjs', '--check'], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  const commands = [
    ...PAGES.map((page) => [page, documentedCommands(readFileSync(page, 'utf8'))] as const),
    ...[githubWorkflow, gitlabJob].map(({ path, text }) => [path, documentedCommands(text)] as const),
  ].filter(([, found]) => found.length > 0);

  it.each(commands)('%s shows only commands, flags and choices that there are', (_page, found) => {
    for (const words of found) check(words);
  });

  it('are not searched in vain', () => {
    const count = (page: string): number => commands.find(([name]) => name === page)?.[1].length ?? 0;
    expect(count('README.md')).toBeGreaterThan(8);
    expect(count('docs/cli.md')).toBeGreaterThan(20);
    expect(count(githubWorkflow.path)).toBe(2);
    expect(count(gitlabJob.path)).toBe(2);
  });

  it.each([
    ['evenkeel run --fail-on-error'],
    ['evenkeel rnu'],
    ['evenkeel list everything'],
    ['evenkeel run --limit none'],
  ])('would be caught with `%s`, which is not there', (line) => {
    const [words] = documentedCommands(`\`${line}\``);
    expect(() => check(words)).toThrow();
  });

  it('name only files of the package that npm would publish', () => {
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    expect(files).toContain('schema');
  });
});

describe('the JSON Schemas of the package', () => {
  it('are those that the program prints, one file each and no other', async () => {
    expect(readdirSync('schema').sort()).toEqual(SCHEMA_NAMES.map((name) => `${name}.json`).sort());
    for (const name of SCHEMA_NAMES) {
      const { code, out } = await spawnCli(['schema', name], { cwd: '/' });
      expect(code).toBe(0);
      expect(readFileSync(`schema/${name}.json`, 'utf8')).toBe(out);
    }
  });
});

describe('a newcomer', () => {
  it.each([[[]], [['--ts']]])(
    'runs `evenkeel init %s` and `evenkeel run` in an empty folder, and it passes',
    async (flags) => {
      const cwd = temporaryFolder();
      expect((await spawnCli(['init', ...flags], { cwd })).code).toBe(0);
      const doctor = await spawnCli(['doctor', '--json'], { cwd });
      expect(doctor.code, doctor.out).toBe(0);
      const { code, out, err } = await spawnCli(['run', '--quiet'], { cwd });
      expect(err).toBe('');
      expect(out).toContain('PASS');
      expect(code).toBe(0);
      expect(readdirSync(join(cwd, '.evenkeel/runs'))).toContain('latest');
    },
  );
});
