import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE_MIN, nodeCheck } from '../../../../harness/cli/doctor/machine.ts';
import { createIo, evenkeel, filesIn, projectFolder, smallConfig } from '../../../support/command-line.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

interface Told {
  readonly exitCode: number;
  readonly checks: readonly { name: string; status: string; found: string; todo: string }[];
}

async function doctor(cwd: string, env: Record<string, string> = {}): Promise<Told & { code: number; err: string }> {
  const { code, out, err } = await evenkeel(['doctor', '--json'], createIo({ cwd, env }));
  return { ...(JSON.parse(out) as Told), code, err };
}
const checkOf = (told: Told, name: string) => told.checks.find((check) => check.name === name);

describe('evenkeel doctor', () => {
  it('finds all well in a valid project, and leaves nothing behind', async () => {
    const cwd = projectFolder();
    const before = filesIn(cwd);
    const told = await doctor(cwd);
    expect(told.checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(told).toMatchObject({ code: 0, exitCode: 0, err: '' });
    for (const name of ['node', 'wasm simd', 'wasm threads', 'config', 'target'])
      expect(checkOf(told, name)?.status).toBe('ok');
    // the clock of the test makes a step of 250 ms between two looks: a slow disk
    expect(checkOf(told, 'runs folder')).toMatchObject({ status: 'warn', found: expect.stringContaining('250.0 ms') });
    expect(filesIn(cwd)).toEqual(before);
  });

  it('has a line for people for each check, with what to do', async () => {
    const cwd = temporaryFolder();
    const { code, out } = await evenkeel(['doctor'], createIo({ cwd }));
    expect(code).toBe(0);
    expect(out).toMatch(/^ok +node +v20/m);
    expect(out).toMatch(/^warn +config +none in this folder\n +-> Write one with: evenkeel init$/m);
    expect(out).toMatch(/^- +target +needs a valid config$/m);
  });

  it('ends with 2 when the config is wrong', async () => {
    const told = await doctor(projectFolder({ 'evenkeel.config.json': { ...smallConfig, casess: 1, target: 7 } }));
    expect(told.code).toBe(2);
    expect(checkOf(told, 'config')).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(/^2 problems, first at /),
    });
    expect(checkOf(told, 'target')?.status).toBe('not-checked');
  });

  it('ends with 3 when nothing can be written, also as root', async () => {
    const cwd = projectFolder({ 'evenkeel.config.json': { ...smallConfig, runsDirectory: 'cases.yaml/runs' } });
    const told = await doctor(cwd);
    expect(told.code).toBe(3);
    expect(checkOf(told, 'runs folder')).toMatchObject({
      status: 'fail',
      todo: expect.stringContaining('runsDirectory'),
    });
  });

  it('ends with 3 when the checkpoint cannot be read', async () => {
    const target = { kind: 'reference-engine', checkpoint: { kind: 'directory', path: 'weights' }, lanes: 1 };
    const cwd = projectFolder({ 'evenkeel.config.json': { ...smallConfig, target }, 'weights/config.json': '{}' });
    const told = await doctor(cwd);
    expect(checkOf(told, 'target')?.status).toBe('fail');
    expect(told.code).toBe(3);
  });

  it('tells CI and colour as the program sees them', async () => {
    const told = await doctor(projectFolder(), { CI: 'true', FORCE_COLOR: '1' });
    expect(checkOf(told, 'output')?.found).toBe('not a terminal: plain lines, colour, CI');
  });
});

describe('the runtime', () => {
  it('is judged by the range of package.json', () => {
    const { engines } = JSON.parse(readFileSync(join('package.json'), 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe(`>=${NODE_MIN.join('.')}`);
  });

  it.each([
    ['v20.19.0', 'ok'],
    ['v24.0.0', 'ok'],
    ['v20.18.3', 'fail'],
    ['v18.20.0', 'fail'],
    ['nonsense', 'fail'],
  ])('%s is %s', (version, status) => {
    expect(nodeCheck(version).status).toBe(status);
  });
});
