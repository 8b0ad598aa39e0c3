import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceEngineTarget, type ReferenceEngineOptions } from '../../../harness/targets/index.ts';
import { evenkeelMatchers } from '../../../harness/vitest/index.ts';
import { faults } from '../../../suites/fault-bench/index.ts';

expect.extend(evenkeelMatchers);

const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const target of open) await target.close();
});

async function engine(change: Partial<ReferenceEngineOptions> = {}) {
  const target = await createReferenceEngineTarget({
    id: 'engine',
    checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'matchers' },
    precision: 'f32',
    lanes: 1,
    maxBatch: 4,
    chunkSize: 64,
    keyBlock: 16,
    splitPolicy: { kind: 'none' },
    mhcSplitK: { kind: 'none' },
    partsModule: null,
    ...change,
  });
  open.push(target);
  return target;
}

const prompts = ['One two three.', 'A longer prompt with more words in it.', 'Red.'];
const few = { prompts, maxTokens: 2, maxFailureRate: 0.8 };

describe('matchers', () => {
  it('toBeBatchInvariant passes on the engine, and fails where a sum is split by the batch', async () => {
    await expect(await engine()).toBeBatchInvariant({ ...few, sizes: [1, 2] });
    const variant = await engine({ mhcSplitK: { kind: 'by-token-count', multiprocessors: 8, tokenBlock: 4 } });
    await expect(expect(variant).toBeBatchInvariant({ ...few, sizes: [1, 2] })).rejects.toThrow(
      /expected the target to be batch-invariant\nfail: determinism, batch-size/,
    );
    await expect(variant).not.toBeBatchInvariant({ ...few, sizes: [1, 2] });
  });

  it('toNotLeak passes on the engine, and fails with a seeded leak', async () => {
    // one pair of prompts has one comparison with the first place swapped
    const options = { ...few, mates: 1, maxFailureRate: 0.96, maxCanaryRate: 0.8 };
    await expect(await engine()).toNotLeak(options);
    const partsModule = faults.find(({ name }) => name === 'compressor-state-not-reset')?.moduleUrl ?? '';
    await expect(expect(await engine({ partsModule })).toNotLeak(options)).rejects.toThrow(/prior-content/);
  });

  it('toStayWithinDrift holds the bound at every level that may move', async () => {
    const options = { ...few, perturbations: { precision: { levels: ['f32', 'bf16'] } } };
    await expect(await engine()).toStayWithinDrift({ ...options, bound: { klNatsMeanMax: 5 } });
    await expect(await engine()).not.toStayWithinDrift({ ...options, bound: { klNatsMaxMax: 1e-9 } });
  });

  it('wants a target', async () => {
    await expect(expect(engine()).toBeBatchInvariant(few)).rejects.toThrow(/expected a target/);
  });

  it('says in both directions that it cannot tell, with what would decide it', async () => {
    const tooFew = { ...few, maxFailureRate: 0.01, sizes: [1, 2] };
    await expect(expect(await engine()).toBeBatchInvariant(tooFew)).rejects.toThrow(/^inconclusive: /);
    await expect(expect(await engine()).not.toBeBatchInvariant(tooFew)).rejects.toThrow(/^inconclusive: /);
    await expect(expect(await engine()).toBeBatchInvariant({ prompts: [] })).rejects.toThrow(/at least one prompt/);
  });
});
