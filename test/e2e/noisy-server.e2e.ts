import { describe, expect, it } from 'vitest';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';
import { startGenericServer } from '../support/servers/generic-server.ts';

const CASES = 150;
const policy = { posture: 'tolerant', baseline: { outputs: 'tokens' } };

const cases = {
  schemaVersion: 1,
  cases: Array.from({ length: CASES }, (_, index) => ({
    id: `case-${index}`,
    parts: [{ label: 'query', text: `Row ${index}:` }],
  })),
};

/** One generator for all runs: each sees other flips, and the whole test the same ones each time. */
async function folderOf(): Promise<{ cwd: string; flipRate: (rate: number) => void }> {
  const flips = { rate: 0.01, seed: 'noise' };
  const server = await startGenericServer({ flips });
  const target = { kind: 'openai-completions', baseUrl: server.baseUrl, topLogprobs: null };
  const cwd = projectFolder({
    'cases.yaml': cases,
    'evenkeel.config.json': {
      ...smallConfig,
      target,
      generation: { maxTokens: 1, scoreLastPositions: 0 },
      perturbations: { repeat: {} },
      policy,
    },
  });
  return { cwd, flipRate: (rate) => (flips.rate = rate) };
}

describe('a server that flips 1 % of its outputs, over HTTP', () => {
  it('passes against itself, and a shift to 15 % fails with exit 1 and names both rates', async () => {
    const { cwd, flipRate } = await folderOf();
    const first = await spawnCli(['run', '--run-id', 'one', '--no-progress'], { cwd });
    expect(first.code, first.err + first.out).toBe(0);
    expect((await spawnCli(['baseline', 'save'], { cwd })).code).toBe(0);
    const same = await spawnCli(['run', '--run-id', 'two', '--no-progress', '--baseline', 'main'], { cwd });
    expect(same.code, same.err + same.out).toBe(0);
    flipRate(0.15);
    const shifted = await spawnCli(['run', '--run-id', 'three', '--no-progress', '--baseline', 'main'], { cwd });
    expect(shifted.code, shifted.err + shifted.out).toBe(1);
    expect(shifted.out).toMatch(/of outputs differ in text from the\s+baseline, .* of the baseline's from itself/);
  }, 180_000);
});
