import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Findings, Profile } from '../../harness/schema/index.ts';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';

const profile = { contextLengths: [64, 192], tiers: ['none', 'hot'], repeats: 2, warmups: 1, maxTokens: 3 };
const config = { ...smallConfig, perturbations: { repeat: {} }, policy: { maxFailureRate: 0.9 } };

describe('a run with a profile', () => {
  it('keeps every sample, reports the curves, and is compared as a run without one', async () => {
    const cwd = projectFolder({ 'evenkeel.config.json': { ...config, profile }, 'plain.config.json': config });
    const read = <T>(run: string, file: string): T =>
      JSON.parse(readFileSync(join(cwd, '.evenkeel/runs', run, file), 'utf8')) as T;
    const first = await spawnCli(['run', '--run-id', 'one', '--no-progress', '-o', 'markdown'], { cwd });
    expect(first.code, first.err + first.out).toBe(0);
    expect(first.out).toContain('Profile (latency and bytes per token)');
    const { samples } = read<Profile>('one', 'profile.json');
    expect(samples).toHaveLength(4 * 3);
    expect(samples.every(({ result }) => result.kind === 'timed')).toBe(true);
    const { profile: found, ...others } = read<Findings>('one', 'findings.json');
    if (found?.kind !== 'profiled') throw new Error(`expected a profile, got ${found?.kind}`);
    const time = (id: string): number => {
      const median = found.rows.find((row) => row.id === id)?.firstTokenMs.median;
      return median?.kind === 'measured' ? median.value : Number.NaN;
    };
    // three times the tokens; and a context of which two thirds come from the cache
    expect(time('target-default-b1-none-c192')).toBeGreaterThan(time('target-default-b1-none-c64'));
    expect(time('target-default-b1-hot-c192')).toBeLessThan(time('target-default-b1-none-c192'));
    expect(readFileSync(join(cwd, '.evenkeel/runs/one/report.md'), 'utf8')).toContain('### Profile');

    // everything but the profile is as it is without one
    const plain = await spawnCli(['run', '-c', 'plain.config.json', '--run-id', 'two', '--no-progress'], { cwd });
    expect(plain.code, plain.err).toBe(0);
    expect(read<Findings>('two', 'findings.json')).toEqual(others);
    const compared = await spawnCli(['compare', 'two', 'one'], { cwd });
    expect(compared.code, compared.err + compared.out).toBe(0);
    expect(compared.out).toContain('not compared: the profile of run one');
  });
});
