import { expect, it } from 'vitest';
import { modelCardSection } from '../../../reports/model-card/index.ts';
import { createManifest, createPlan } from '../../support/run-records.ts';

const manifest = createManifest(createPlan(1), {
  target: {
    id: 'endpoint',
    kind: 'openai-completions',
    fingerprintSha256: 'a'.repeat(64),
    vocabSize: null,
    capabilities: { logits: false, precisionModes: [], batching: false },
    card: [
      { name: 'kv_cache_dtype', value: 'fp8', source: 'observed', where: 'GET /metrics' },
      { name: 'dtype', value: 'bf16', source: 'declared' },
      { name: 'hardware', value: 'unknown: nobody declared it', source: 'unknown' },
      { name: 'evil', value: '`x` | <img src=x> \n# title [a](javascript:b)', source: 'observed', where: '| <b>' },
    ],
    endpoint: {
      baseUrl: 'http://localhost:8000/v1',
      api: 'openai-completions',
      dialect: 'vllm',
      route: 'completions',
      model: 'toy',
      identitySha256: 'b'.repeat(64),
      capabilities: [{ id: 'prompt-score', state: 'unsupported', evidence: '<script>alert(1)</script> | x' }],
    },
  },
});

it('each entry has its source, and an unknown one says so', () => {
  const text = modelCardSection(manifest);
  expect(text).toContain('| `kv_cache_dtype` | `fp8` | observed, GET /metrics |');
  expect(text).toContain('| `dtype` | `bf16` | declared by the operator |');
  expect(text).toMatch(/\| `hardware` \| unknown: nobody declared it \| unknown \|/);
});

it('what a server says stays text in its cell: no markup, no row, no heading of its own', () => {
  const text = modelCardSection(manifest);
  const rows = text.split('\n').filter((line) => line.includes('evil') || line.includes('prompt-score'));
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(5);
  expect(text).not.toMatch(/^# title/m);
  expect(rows[1]).not.toContain('<script>');
});
