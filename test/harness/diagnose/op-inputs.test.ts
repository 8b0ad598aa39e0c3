import { expect, it } from 'vitest';
import { inputsOf, layerOf } from '../../../harness/diagnose/op-inputs.ts';
import { tinyCheckpoint, traceRequest } from '../../support/op-trace.ts';

it.each(['v4-tiny', 'v4-tiny-engram'] as const)(
  'knows the inputs of every op that %s traces, and names no others',
  (preset) => {
    const checkpoint = tinyCheckpoint(preset);
    const prompt = Array.from({ length: 70 }, (_, i) => 40 + (i % 50));
    const traced = new Set(traceRequest(prompt, {}, checkpoint).results.map(({ op }) => op));
    const { layers } = checkpoint.config;
    expect(traced).toContain('layers.2.attn.compressor.entry');
    expect([...traced].some((op) => op.endsWith('.engram'))).toBe(preset === 'v4-tiny-engram');
    for (const op of traced) {
      if (op === 'embed') continue;
      const inputs = inputsOf(op, layers);
      expect(inputs, op).not.toEqual([]);
      // a layer has a compressor, an indexer and a memory, or it has not
      for (const { op: input } of inputs)
        if (!/compressor|indexer|engram/.test(input)) expect(traced, op).toContain(input);
    }
    expect(inputsOf('head', layers)).toEqual([{ op: `layers.${layers - 1}`, reach: 'same' }]);
  },
);

it('reads the layer from the name', () => {
  expect(layerOf('layers.12.attn.indexer.topk')).toBe(12);
  expect(layerOf('layers.3')).toBe(3);
  expect(layerOf('embed')).toBeNull();
});
