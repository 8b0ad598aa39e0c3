import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtMain } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};

interface ActionRun {
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly err: string;
}

/** Runs the steps that are scripts, as a runner does: expressions in `env` are filled in, and a step's outputs are read from its file. */
async function runAction(cwd: string, inputs: Readonly<Record<string, string>>): Promise<ActionRun> {
  const tools = join(cwd, 'tools');
  mkdirSync(tools, { recursive: true });
  // what npx would find in node_modules of the project
  writeFileSync(join(tools, 'npx'), `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${builtMain()}" "$@"\n`);
  chmodSync(join(tools, 'npx'), 0o755);
  const files = { GITHUB_OUTPUT: join(cwd, 'outputs'), GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') };
  for (const path of Object.values(files)) writeFileSync(path, '');
  const outputs: Record<string, string> = {};
  const filled = (text: string): string =>
    text.replace(/\$\{\{ *(inputs|steps\.run\.outputs)\.([\w-]+) *\}\}/g, (_, from: string, name: string) =>
      from === 'inputs' ? (inputs[name] ?? action.inputs[name].default) : (outputs[name] ?? ''),
    );
  let code = 0;
  let err = '';
  for (const step of action.runs.steps) {
    if (step.run === undefined || code !== 0) continue;
    expect(step.shell).toBe('bash');
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value)]));
    const path = `${tools}${delimiter}${process.env['PATH'] ?? ''}`;
    const ran = await bash(step.run, cwd, { ...process.env, ...env, ...files, PATH: path });
    code = ran.code;
    err += ran.err;
    for (const line of readFileSync(files.GITHUB_OUTPUT, 'utf8')
      .split('\n')
      .filter((one) => one !== ''))
      outputs[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  return { code, outputs, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'), err };
}

/** As GitHub calls bash. */
function bash(
  script: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly err: string }> {
  const file = join(cwd, 'step.sh');
  writeFileSync(file, script);
  return new Promise((resolve) => {
    execFile('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', file], { cwd, env }, (error, _out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), err }),
    );
  });
}

describe('the GitHub action', () => {
  it('is composite, says what each input means, and puts none of them into a script', () => {
    expect(action.runs.using).toBe('composite');
    for (const { description } of Object.values(action.inputs)) expect(description).not.toBe('');
    for (const { run = '' } of action.runs.steps) expect(run).not.toContain('${{');
  });

  it('passes, with the reports of the run and a job summary', async () => {
    const cwd = projectFolder();
    const { code, outputs, summary } = await runAction(cwd, {});
    expect([code, outputs['exit-code']]).toEqual([0, '0']);
    for (const name of ['report.html', 'report.sarif.json', 'report.junit.xml'])
      expect(existsSync(join(outputs['run-directory'], name)), name).toBe(true);
    expect(summary).toMatch(/^## .*evenkeel: pass/i);
  });

  it("fails with the gate's code and an annotation, and its inputs reach the program as they are", async () => {
    const cwd = projectFolder({
      'my config.json': { ...smallConfig, perturbations: { 'batch-size': { sizes: [1, 2], lengths: ['ragged'] } } },
    });
    const failed = await runAction(cwd, { config: 'my config.json', args: '--fault shared-position-ids --limit 2' });
    expect([failed.code, failed.outputs['exit-code']]).toEqual([1, '1']);
    expect(failed.err).toMatch(/^::error file=my config\.json,line=1,title=evenkeel%3A determinism/m);
    expect(failed.summary).toMatch(/^## .*evenkeel: fail/i);
  });

  it('gives code 2 and no folder for a config that is wrong; an input is no script', async () => {
    const cwd = projectFolder();
    const wrong = await runAction(cwd, { config: 'none.json"; touch owned; "', args: '$(touch owned)' });
    expect([wrong.code, wrong.outputs]).toEqual([2, { 'exit-code': '2', 'run-directory': '' }]);
    expect(existsSync(join(cwd, 'owned'))).toBe(false);
  });
});
