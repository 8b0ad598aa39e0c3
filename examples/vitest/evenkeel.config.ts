/**
 * A small config for `npx vitest --ui`: two cases, four axes, some seconds.
 * @module
 */
import { defineConfig } from 'evenkeel/config';

export default defineConfig({
  target: {
    kind: 'reference-engine',
    checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'evenkeel' },
    precision: 'f32',
    maxBatch: 4,
  },
  cases: '../cases/synthetic-data.yaml',
  caseLimit: 2,
  generation: { maxTokens: 4, temperature: 0, scoreLastPositions: 8 },
  perturbations: {
    repeat: { times: 2 },
    'batch-size': { sizes: [1, 2], lengths: ['ragged'] },
    precision: { levels: ['f32', 'bf16'] },
    'prior-content': { mates: 1 },
  },
  // Two cases bound little: this shows the mechanism. A gate wants more of them.
  policy: { maxFailureRate: 0.8, maxCanaryRate: 0.8 },
  seed: 'evenkeel',
});
