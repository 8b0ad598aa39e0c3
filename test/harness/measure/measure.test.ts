import { afterAll, describe, expect, it } from 'vitest';
import { measure, type MeasureInput } from '../../../harness/measure/index.ts';
import { policy } from '../../../harness/schema/index.ts';
import { createReferenceEngineTarget } from '../../../harness/targets/index.ts';
import { faults } from '../../../suites/fault-bench/index.ts';

const targets: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const target of targets) await target.close();
});

async function engineTarget(partsModule: string | null) {
  const target = await createReferenceEngineTarget({
    id: 'engine',
    checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'measure' },
    precision: 'f32',
    lanes: 1,
    maxBatch: 4,
    chunkSize: 64,
    keyBlock: 16,
    splitPolicy: { kind: 'none' },
    mhcSplitK: { kind: 'none' },
    partsModule,
  });
  targets.push(target);
  return target;
}

const cases: MeasureInput['cases'] = ['one', 'two'].map((id) => ({
  id,
  tags: [],
  parts: [{ label: 'instruction', text: `Count to ${id}, please.` }],
}));

const inputOf = (target: MeasureInput['target']): MeasureInput => ({
  target,
  cases,
  perturbations: { 'prior-content': { mates: 1 } },
  generation: { maxTokens: 2, temperature: 0, seed: 1, scoreLastPositions: 4 },
  policy: policy.parse({ maxFailureRate: 0.8, maxCanaryRate: 0.7 }),
  seed: 'measure',
});

describe('a measurement in memory', () => {
  it('passes on the engine, and fails with a seeded leak, by the same suites and gate', async () => {
    const clean = await measure(inputOf(await engineTarget(null)));
    expect(clean.verdict.outcome).toBe('pass');
    expect(clean.observations.every(({ status }) => status === 'ok')).toBe(true);
    const leak = faults.find(({ name }) => name === 'compressor-state-not-reset');
    const faulty = await measure(inputOf(await engineTarget(leak?.moduleUrl ?? '')));
    expect(faulty.verdict.outcome).toBe('fail');
    expect(faulty.verdict.checks.filter(({ outcome }) => outcome === 'fail').map(({ report }) => report)).toContain(
      'leakage',
    );
  });

  it('refuses a perturbation that does not exist, with the names of those that do', async () => {
    const input = { ...inputOf(await engineTarget(null)), perturbations: { 'batch-sizes': {} } };
    await expect(measure(input)).rejects.toThrow(/expected perturbations among .*batch-size.*, got batch-sizes/);
  });
});
