/** The matchers in tests of your own, on any target. @module */
import { createReferenceEngineTarget } from 'evenkeel';
import { evenkeelMatchers } from 'evenkeel/vitest';
import { afterAll, expect, test } from 'vitest';

expect.extend(evenkeelMatchers);

const target = await createReferenceEngineTarget({
  id: 'engine',
  checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'evenkeel' },
  precision: 'f32',
  lanes: 1,
  maxBatch: 4,
  chunkSize: 64,
  keyBlock: 64,
  splitPolicy: { kind: 'none' },
  mhcSplitK: { kind: 'none' },
  partsModule: null,
});
afterAll(() => target.close());

const prompts = ['Name a colour.', 'Count from one to three.', 'Write one JSON object.', 'Say hello.'];

test('answers do not depend on the batch', { timeout: 120_000 }, async () => {
  await expect(target).toBeBatchInvariant({ prompts, sizes: [1, 2], maxTokens: 4, maxFailureRate: 0.6 });
});

test('answers do not depend on what others ask', { timeout: 120_000 }, async () => {
  await expect(target).toNotLeak({ prompts, mates: 1, maxTokens: 4, maxFailureRate: 0.8, maxCanaryRate: 0.8 });
});

test('bfloat16 stays near float32', { timeout: 120_000 }, async () => {
  await expect(target).toStayWithinDrift({
    prompts,
    maxTokens: 4,
    perturbations: { precision: { levels: ['f32', 'bf16'] } },
    bound: { klNatsMeanMax: 0.5 },
  });
});
