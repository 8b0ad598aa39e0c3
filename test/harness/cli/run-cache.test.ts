import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, nullConfig, projectFolder, type IoOptions } from '../../support/command-line.ts';

interface Result {
  readonly findings: {
    readonly cached?: readonly { readonly unitId: string; readonly runId: string }[];
    readonly determinism: unknown;
    readonly drift: unknown;
  };
}

/** Truncation and prompt order owe nothing; repeat owes equal bits. */
const perturbations = { repeat: {}, truncation: {} };
const config = { ...nullConfig, perturbations };
const project = (): string => projectFolder({ 'evenkeel.config.json': config });

const inFolder = (folder: string, args: readonly string[], more: Partial<IoOptions> = {}) =>
  evenkeel(args, createIo({ cwd: folder, ...more }));

let runs = 0;

async function runJson(folder: string, args: readonly string[], more: Partial<IoOptions> = {}) {
  // each run an hour after the one before it: the clock of a test starts anew with each
  const startIso = new Date(Date.parse('2026-11-24T04:00:00.000Z') + 3_600_000 * runs++).toISOString();
  const { out, err } = await inFolder(folder, ['run', '--json', ...args], { startIso, ...more });
  return { err, ...(JSON.parse(out) as Result) };
}

describe('run --cache', () => {
  it('takes over what owes nothing and measures what owes equal bits; the findings are the same and say so', async () => {
    const folder = project();
    const first = await runJson(folder, ['--cache', '--run-id', 'first']);
    expect(first.findings).not.toHaveProperty('cached');
    const second = await runJson(folder, ['--cache', '--run-id', 'second']);
    expect(second.findings.cached).toHaveLength(2);
    expect(second.findings.cached?.every(({ runId }) => runId === 'first')).toBe(true);
    expect(second.err).toContain('2 units taken from earlier runs');
    expect(second.err).toMatch(/ok repeat/);
    expect(second.err).toMatch(/cached truncation .* from first/);
    const { cached: _, ...rest } = second.findings;
    expect(rest).toEqual(first.findings);
  });

  it('is off unless asked for, and the flag is stronger than the config', async () => {
    const folder = project();
    await runJson(folder, []);
    expect((await runJson(folder, ['--cache'])).findings).not.toHaveProperty('cached');
    expect((await runJson(folder, [])).findings).not.toHaveProperty('cached');

    const on = projectFolder({ 'evenkeel.config.json': { ...config, cache: { use: true } } });
    await runJson(on, []);
    expect((await runJson(on, ['--no-cache'])).findings).not.toHaveProperty('cached');
    expect((await runJson(on, [])).findings.cached).toHaveLength(2);
  });

  it('asks another target anew', async () => {
    const folder = project();
    await runJson(folder, ['--cache']);
    const other = projectFolder({
      'evenkeel.config.json': { ...config, target: { kind: 'null', modelSeed: 'another' } },
    });
    const env = { EVENKEEL_CACHE_DIR: join(folder, '.evenkeel/cache') };
    expect((await runJson(other, ['--cache'], { env })).findings).not.toHaveProperty('cached');
    expect((await runJson(folder, ['--cache'], { env })).findings.cached).toHaveLength(2);
  });

  it('compares no output with itself', async () => {
    const folder = project();
    await runJson(folder, ['--cache', '--run-id', 'first']);
    await runJson(folder, ['--cache', '--run-id', 'second']);
    const { out } = await inFolder(folder, ['compare', 'first', 'second', '--json']);
    const { comparison } = JSON.parse(out) as { comparison: { outputs: readonly { axis: string }[] } };
    expect(comparison.outputs.map(({ axis }) => axis)).toContain('repeat');
    expect(comparison.outputs.some(({ axis }) => axis.startsWith('truncation'))).toBe(false);
  });

  it('measures everything again when the folder is gone', async () => {
    const folder = project();
    await runJson(folder, ['--cache']);
    rmSync(join(folder, '.evenkeel/cache'), { recursive: true });
    expect((await runJson(folder, ['--cache'])).findings).not.toHaveProperty('cached');
  });
});
