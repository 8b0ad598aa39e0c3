import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failedExitCode, kebabFlags } from '../../../harness/cli/global-flags.ts';
import { forcedTerminal } from '../../../harness/cli/io.ts';
import { createIo, evenkeel, projectFolder, smallConfig, writeProject } from '../../support/command-line.ts';

describe('flags', () => {
  it('may be written in camelCase', async () => {
    expect(kebabFlags(['run', '--runId', 'x', '--exitZero', '--noColor=1', '-n', '2', '--', '--runId'])).toEqual([
      'run',
      '--run-id',
      'x',
      '--exit-zero',
      '--no-color=1',
      '-n',
      '2',
      '--',
      '--runId',
    ]);
    const folder = projectFolder({ 'more.env': 'EVENKEEL_SEED=file' });
    writeProject(folder, { 'evenkeel.config.json': smallConfig });
    const { out } = await evenkeel(['validate', '--envFile', 'more.env', '--print'], createIo({ cwd: folder }));
    expect(out).toMatch(/^seed +"file" +EVENKEEL_SEED$/m);
  });

  it.each(['--Seed', '--seed=aB', 'runId', '-aB'])('%s is not changed', (word) => {
    expect(kebabFlags([word])).toEqual([word]);
  });

  it('of every verb stand before or after it', async () => {
    const folder = projectFolder();
    for (const args of [
      ['--quiet', 'validate'],
      ['validate', '--quiet'],
    ])
      expect((await evenkeel(args, createIo({ cwd: folder }))).code).toBe(0);
  });

  it('--quiet and --verbose exclude each other', async () => {
    const { code, err } = await evenkeel(['validate', '--quiet', '--verbose'], createIo({ cwd: projectFolder() }));
    expect(code).toBe(2);
    expect(err).toContain('cannot be used with');
  });

  it('--env-file of a file that is missing ends with 2 before anything is done', async () => {
    const { code, err } = await evenkeel(['validate', '--env-file', 'no.env'], createIo({ cwd: projectFolder() }));
    expect(code).toBe(2);
    expect(err).toContain('no.env: expected a file that can be read');
  });
});

describe('how much a run tells', () => {
  const run = async (...flags: string[]) => evenkeel(['run', ...flags], createIo({ cwd: projectFolder() }));

  it('is nothing on stderr with --quiet when all is well, and the result on stdout', async () => {
    const { code, out, err } = await run('--quiet');
    expect(code).toBe(0);
    expect(out).toContain('PASS');
    expect(err).toBe('');
  });

  it('is what was found with --verbose, and stdout stays JSON', async () => {
    const { out, err } = await run('--verbose', '--json', '--seed', 'mine');
    expect(() => void JSON.parse(out)).not.toThrow();
    expect(err).toContain('seed = "mine" (--seed)');
    expect(err).toMatch(/^plan [0-9a-f]{64}$/m);
    expect(err).toMatch(/^target reference-engine/m);
  });
});

describe('the exit code of a failed gate', () => {
  it.each([
    [{}, 1],
    [{ EVENKEEL_FAILED_EXIT_CODE: '' }, 1],
    [{ EVENKEEL_FAILED_EXIT_CODE: '100' }, 100],
    [{ EVENKEEL_FAILED_EXIT_CODE: '1' }, 1],
  ])('with %j is %i', (env, code) => {
    expect(failedExitCode(env)).toBe(code);
  });

  it.each(['0', '2', '3', '4', '130', '256', '-1', 'x', '1.5'])(
    'is refused as %s, which says something else',
    (value) => {
      expect(() => failedExitCode({ EVENKEEL_FAILED_EXIT_CODE: value })).toThrow('EVENKEEL_FAILED_EXIT_CODE: expected');
    },
  );

  it('is changed for a gate that failed, and for nothing else', async () => {
    const target = { kind: 'reference-engine', lanes: 1, fault: 'compressor-state-not-reset' };
    const failing = { ...smallConfig, target, perturbations: { 'prior-content': {} } };
    const cwd = projectFolder({ 'evenkeel.config.json': failing, 'broken.json': '{}' });
    const env = { EVENKEEL_FAILED_EXIT_CODE: '77' };
    expect((await evenkeel(['run', '--quiet'], createIo({ cwd, env }))).code).toBe(77);
    expect((await evenkeel(['gate'], createIo({ cwd, env }))).code).toBe(77);
    expect((await evenkeel(['gate'], createIo({ cwd }))).code).toBe(1);
    expect((await evenkeel(['validate', '-c', 'broken.json'], createIo({ cwd, env }))).code).toBe(2);
  });
});

describe('the place of the config', () => {
  it('is EVENKEEL_CONFIG_DIR, or EVENKEEL_CONFIG, unless a flag names a file', async () => {
    const elsewhere = projectFolder();
    const cwd = projectFolder({ 'own.json': { ...smallConfig, seed: 'own' } });
    const seed = async (env: Record<string, string>, ...args: string[]): Promise<unknown> => {
      const { out } = await evenkeel(['validate', '--print', '--json', ...args], createIo({ cwd, env }));
      return (JSON.parse(out) as { config: { seed: unknown } }).config.seed;
    };
    expect(await seed({ EVENKEEL_CONFIG_DIR: elsewhere })).toBe('evenkeel');
    expect(await seed({ EVENKEEL_CONFIG: 'own.json', EVENKEEL_CONFIG_DIR: elsewhere })).toBe('own');
    expect(await seed({ EVENKEEL_CONFIG: 'own.json' }, '-c', join(elsewhere, 'evenkeel.config.json'))).toBe('evenkeel');
  });
});

describe('EVENKEEL_FORCE_TTY', () => {
  it.each([
    [undefined, {}],
    ['', {}],
    ['nonsense', {}],
    ['0', { isTty: false }],
    ['false', { isTty: false }],
    ['1', { isTty: true }],
    ['true', { isTty: true }],
    ['100', { isTty: true, columns: 100 }],
    ['7', {}],
  ])('%j is %j', (value, expected) => {
    expect(forcedTerminal(value)).toEqual(expected);
  });
});
