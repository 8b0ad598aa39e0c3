import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandTree } from '../../../../harness/cli/completion/command-tree.ts';
import { buildProgram } from '../../../../harness/cli/program.ts';
import { createIo, evenkeel, writeProject } from '../../../support/command-line.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

const tree = commandTree(buildProgram(createIo({ cwd: '/' }), () => undefined));

async function scriptOf(shell: string): Promise<string> {
  const { code, out } = await evenkeel(['completion', shell], createIo({ cwd: '/' }));
  expect(code).toBe(0);
  return out;
}

type Shell = 'bash' | 'zsh' | 'fish';

const inShell = (shell: Shell, args: readonly string[]) => spawnSync(shell, args, { encoding: 'utf8' });

function has(shell: Shell): boolean {
  const found = inShell(shell, ['-c', 'true']).status === 0;
  if (!found) console.warn(`SKIPPED: ${shell} is not installed, its completion script was not run`);
  return found;
}

/** What bash offers behind the words; the last word is the one being typed. */
function bash(script: string, words: readonly string[], cwd = temporaryFolder()): string[] {
  const path = join(cwd, 'completion.sh');
  writeFileSync(path, script);
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _evenkeel; printf "%s\\n" "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', program, 'bash', path, 'evenkeel', ...words], {
    cwd,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').filter((word) => word !== '');
}

describe.runIf(has('bash'))('the completion of bash', () => {
  it('offers every verb', async () => {
    const script = await scriptOf('bash');
    expect(bash(script, [''])).toEqual(expect.arrayContaining([...tree[0].verbs]));
    expect(bash(script, ['ru'])).toEqual(['run']);
  });

  it.each(tree.filter(({ path }) => path.length > 0).map((verb) => [verb.path.join(' '), verb] as const))(
    'offers the flags, verbs and choices of %s',
    async (_name, verb) => {
      const script = await scriptOf('bash');
      const flags = verb.flags.flatMap(({ names }) => names);
      expect(bash(script, [...verb.path, '-']).sort()).toEqual([...new Set(flags)].sort());
      expect(bash(script, [...verb.path, ''])).toEqual(expect.arrayContaining([...verb.verbs, ...verb.choices]));
      for (const flag of verb.flags.filter(({ choices }) => choices.length > 0))
        for (const name of flag.names) expect(bash(script, [...verb.path, name, ''])).toEqual([...flag.choices]);
    },
  );

  it('offers files where a file is asked for, and nothing where a number is', async () => {
    const script = await scriptOf('bash');
    const cwd = temporaryFolder();
    writeProject(cwd, { 'config.yaml': '' });
    expect(bash(script, ['run', '--config', 'conf'], cwd)).toEqual(['config.yaml']);
    expect(bash(script, ['run', '--limit', ''], cwd)).toEqual([]);
  });

  it('knows a flag that stands before the verb, and --flag=value', async () => {
    const script = await scriptOf('bash');
    expect(bash(script, ['--quiet', 'run', '--see'])).toEqual(['--seed']);
    expect(bash(script, ['run', '--output', '=', 'j'])).toEqual(['json', 'junit']);
  });

  it('loads without an error under set -eu', async () => {
    const path = join(temporaryFolder(), 'completion.sh');
    writeFileSync(path, await scriptOf('bash'));
    expect(spawnSync('bash', ['-euc', `source ${path}; complete -p evenkeel`], { encoding: 'utf8' }).stdout).toContain(
      '_evenkeel',
    );
  });
});

describe('the completion of zsh and fish', () => {
  it.each(['zsh', 'fish'])('of %s names every verb and every long flag', async (shell) => {
    const script = await scriptOf(shell);
    for (const verb of tree) {
      for (const name of verb.verbs) expect(script).toContain(name);
      for (const { names } of verb.flags)
        for (const name of names.filter((long) => long.startsWith('--')))
          expect(script).toContain(shell === 'fish' ? `-l ${name.slice(2)}` : name);
    }
  });

  it.runIf(has('zsh'))('of zsh is a script that zsh loads', async () => {
    const path = join(temporaryFolder(), '_evenkeel');
    writeFileSync(path, await scriptOf('zsh'));
    const program = `autoload -U compinit; compinit -u -D; source ${path}; whence -w _evenkeel`;
    const { status, stderr } = inShell('zsh', ['-fc', program]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.runIf(has('fish'))('of fish offers every verb', async () => {
    const path = join(temporaryFolder(), 'evenkeel.fish');
    writeFileSync(path, await scriptOf('fish'));
    const { stdout } = inShell('fish', ['-c', `source ${path}; complete -C 'evenkeel '`]);
    for (const name of tree[0].verbs) expect(stdout).toContain(name);
  });

  it('refuses another shell', async () => {
    expect((await evenkeel(['completion', 'csh'], createIo({ cwd: '/' }))).code).toBe(2);
  });
});
