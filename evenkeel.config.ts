/**
 * The main job of this repository: the reference engine with a checkpoint made from a seed, 28 structured prompts, all axes.
 *
 * `npm start` runs it.
 * @module
 */
import { defineConfig } from 'evenkeel/config';

export default defineConfig({
  target: {
    kind: 'reference-engine',
    checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'evenkeel' },
    precision: 'f32',
    lanes: 2,
    maxBatch: 16,
    chunkSize: 64,
    // Try these: each makes the determinism report fail on batch-size, as on a real server that fills its device by batch.
    //   keyBlock: 16, splitPolicy: { kind: 'flashmla', multiprocessors: 8, overhead: 1 },
    //   mhcSplitK: { kind: 'by-token-count', multiprocessors: 8, tokenBlock: 4 },
    // and this one the leakage report: fault: 'compressor-state-not-reset',
  },
  cases: 'examples/cases/synthetic-data.yaml',
  generation: { maxTokens: 16, temperature: 0, scoreLastPositions: 32 },
  perturbations: {
    repeat: { times: 2 },
    'prompt-order': { parts: ['rule', 'exemplar'], shuffles: 1 },
    truncation: { sides: ['head', 'tail'], keepShare: [0.6] },
    // Alone, and in two full batches of the 28. A kernel may change its plan at any size: on a server, add those that it forms.
    'batch-size': { sizes: [1, 14], lengths: ['ragged', 'equal'], rowPositions: true },
    precision: { levels: ['f32', 'f32-kvq', 'w8a8', 'bf16'] },
    'batch-content': { mates: 3 },
    'prior-content': { mates: 3 },
  },
  policy: {
    name: 'default',
    // 14 comparisons without a difference bound the failure rate below 20 % (1 - 0.05^(1/14)).
    maxFailureRate: 0.2,
    // A level has 56 or 116 outputs that a foreign canary could be in; 0 of 56 bounds the rate by 5.3 %. A gate on leaks wants 300 (1 %).
    maxCanaryRate: 0.06,
    // Random weights move more than trained ones: measured means are 0.052, 0.098 and 0.101 nats. A change that passes these is news.
    drift: {
      'precision:f32-kvq': { klNatsMeanMax: 0.1 },
      'precision:w8a8': { klNatsMeanMax: 0.2 },
      'precision:bf16': { klNatsMeanMax: 0.2 },
    },
  },
  seed: 'evenkeel',
});
