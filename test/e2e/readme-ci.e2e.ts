import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spawnCli, type Exited } from '../support/built-cli.ts';
import { temporaryFolder } from '../support/run-records.ts';

const readme = readFileSync('README.md', 'utf8');
const [, section = ''] = readme.split('In CI, each change');
const block = (language: string): string => section.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';

/** The words behind `npx evenkeel` of each line. */
const commandsOf = (lines: readonly string[]): string[][] =>
  lines.flatMap((line) => {
    const [, words] = /^npx evenkeel ([^#]+)/.exec(line) ?? [];
    return words === undefined ? [] : [words.trim().split(/\s+/)];
  });

const once = commandsOf(block('sh').split('\n'));
const job = commandsOf([...block('yaml').matchAll(/^ *- run: (.*)$/gm)].map(([, run]) => run));

/** As a CI job does: the first command that fails ends it. */
async function runAll(commands: readonly string[][], cwd: string): Promise<Exited> {
  let last: Exited | undefined;
  for (const args of commands) {
    last = await spawnCli(args, { cwd });
    if (last.code !== 0) return last;
  }
  if (last === undefined) throw new Error('the README shows no commands');
  return last;
}

describe('the CI example of the README', () => {
  it('passes for an unchanged model, and fails with exit 1 and the check by name for a changed one', async () => {
    expect(once.map(([verb]) => verb)).toEqual(['init', 'run', 'baseline']);
    expect(job.map(([verb]) => verb)).toEqual(['validate', 'run']);
    const cwd = temporaryFolder();
    const first = await runAll(once, cwd);
    expect(first.code, first.err).toBe(0);
    const unchanged = await runAll(job, cwd);
    expect(unchanged.code, unchanged.err).toBe(0);
    const config = join(cwd, 'evenkeel.config.yaml');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace('precision: f32 ', 'precision: bf16 '));
    expect(readFileSync(config, 'utf8')).not.toBe(text);
    const changed = await runAll(job, cwd);
    expect(changed.code, changed.err).toBe(1);
    expect(changed.out).toMatch(/FAIL/);
    expect(changed.out).toMatch(/baseline/i);
  }, 180_000);
});
