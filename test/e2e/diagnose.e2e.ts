import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnosis, type Diagnosis } from '../../harness/schema/index.ts';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';

const variantEngine = {
  ...smallConfig,
  policy: { maxFailureRate: 0.2 },
  target: {
    kind: 'reference-engine',
    lanes: 1,
    keyBlock: 16,
    mhcSplitK: { kind: 'by-token-count', multiprocessors: 64, tokenBlock: 4 },
  },
  perturbations: { 'batch-size': { sizes: [1, 2], lengths: ['equal'], rowPositions: false } },
};
const leaking = {
  ...smallConfig,
  target: { kind: 'reference-engine', lanes: 1, fault: 'compressor-state-not-reset' },
  perturbations: { 'prior-content': { mates: 1 } },
};

async function ranProject(config: object): Promise<string> {
  const cwd = projectFolder({ 'evenkeel.config.json': config });
  await spawnCli(['run', '--quiet', '--run-id', 'one'], { cwd });
  return cwd;
}

const stored = (cwd: string): Diagnosis =>
  diagnosis.parse(JSON.parse(readFileSync(join(cwd, '.evenkeel/runs/one/diagnosis.json'), 'utf8')));

describe('evenkeel diagnose', () => {
  it('finds split-K of the mHC projection where it is computed, in 80 columns', async () => {
    const cwd = await ranProject(variantEngine);
    const { code, out } = await spawnCli(['diagnose', 'one'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('batch-size/equal');
    expect(out).toContain('layers.0.attn.input');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(stored(cwd)).toMatchObject({
      by: 'bits',
      location: { reproduced: true, site: { kind: 'op', op: 'layers.0.attn.input', layer: 0 } },
    });
  });

  it('finds the compressor whose state was not reset, at the first entry that it makes', async () => {
    const cwd = await ranProject(leaking);
    const { code, out, err } = await spawnCli(['diagnose', '--json'], { cwd });
    expect(code, err).toBe(0);
    const found = diagnosis.parse(JSON.parse(out));
    expect(found).toEqual(stored(cwd));
    expect(found).toMatchObject({
      row: { report: 'leakage', perturbation: 'prior-content' },
      location: { reproduced: true, site: { kind: 'op', op: 'layers.2.attn.compressor.entry', position: 3 } },
    });
  });

  it('has nothing to diagnose in a run that passed, and says so', async () => {
    const cwd = await ranProject(smallConfig);
    const { code, out } = await spawnCli(['diagnose'], { cwd });
    expect([code, out]).toEqual([0, expect.stringContaining('Nothing to diagnose')]);
    expect((await spawnCli(['diagnose', '--json'], { cwd })).out).toBe('null\n');
    const unknown = await spawnCli(['diagnose', '--row', 'repeat:never'], { cwd });
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('one of repeat:');
  });

  it('tells a target without an inside by its first token alone', async () => {
    const cwd = await ranProject({
      ...smallConfig,
      target: { kind: 'null', logits: false, flipRate: 0.6 },
      policy: { maxFailureRate: 0.05 },
      perturbations: { repeat: { times: 3 } },
    });
    const { code, out, err } = await spawnCli(['diagnose', '--json'], { cwd });
    expect(code, err).toBe(0);
    expect(diagnosis.parse(JSON.parse(out))).toMatchObject({
      by: 'tokens',
      location: { firstBitDiff: null, site: { kind: 'unsupported' } },
    });
  });
});
