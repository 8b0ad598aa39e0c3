import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CacheTiming, Findings } from '../../harness/schema/index.ts';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';

const config = {
  ...smallConfig,
  perturbations: { repeat: {} },
  // a tenth of a thousandth is below what ten and ten can show with one out of place
  policy: { maxFailureRate: 0.9, cacheTiming: { alpha: 0.001 } },
};

describe('a run with a timing audit', () => {
  it('finds the owner’s hits sooner and no other’s, keeps every time, and is compared as a run without one', async () => {
    const cacheTiming = { perArm: 10, promptLength: 200 };
    const cwd = projectFolder({ 'evenkeel.config.json': { ...config, cacheTiming }, 'plain.config.json': config });
    const read = <T>(run: string, file: string): T =>
      JSON.parse(readFileSync(join(cwd, '.evenkeel/runs', run, file), 'utf8')) as T;
    const first = await spawnCli(['run', '--run-id', 'one', '--no-progress', '-o', 'markdown'], { cwd });
    expect(first.code, first.err + first.out).toBe(0);
    expect(first.out).toContain('Cache timing (leakage, cross-request)');
    const { samples } = read<CacheTiming>('one', 'timing.json');
    expect(samples).toHaveLength(4 * 10);
    const { cacheTiming: found, ...others } = read<Findings>('one', 'findings.json');
    if (found?.kind !== 'timed') throw new Error(`expected times, got ${found?.kind}`);
    const [owner, other] = found.rows;
    expect([owner.hits.toldCached, owner.misses.toldCached]).toEqual([10, 0]);
    expect([other.hits.toldCached, other.misses.toldCached]).toEqual([0, 0]);
    // a machine that does other things too: eight of ten apart are p = 1e-3
    expect(owner.test?.log10P).toBeLessThan(-2);
    expect(other.test?.log10P).toBeGreaterThan(-3);
    expect(readFileSync(join(cwd, '.evenkeel/runs/one/report.md'), 'utf8')).toContain('### Cache timing');

    const plain = await spawnCli(['run', '-c', 'plain.config.json', '--run-id', 'two', '--no-progress'], { cwd });
    expect(plain.code, plain.err).toBe(0);
    expect(read<Findings>('two', 'findings.json')).toEqual(others);
    const compared = await spawnCli(['compare', 'two', 'one'], { cwd });
    expect(compared.code, compared.err + compared.out).toBe(0);
  });
});
