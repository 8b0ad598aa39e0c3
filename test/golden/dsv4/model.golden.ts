/**
 * The engine against the outputs of DeepSeek's own code: every checkpoint, mode and prompt that the folder holds.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../engine/index.ts';
import { goldenModels, maxAbsDiff } from '../../support/golden-model.ts';
import type { GoldenModel } from '../../support/golden-model.ts';
import { isOwnGolden } from '../../support/golden.ts';

/** Float32 runs of the two independent sources agree to about 1e-5; suggested by the golden README. */
const TOLERANCE = 1e-4;

const models = goldenModels();

describe('golden model folder', () => {
  it.runIf(isOwnGolden())('holds both checkpoints with prompts and decode rows', () => {
    expect(models.map((m) => m.name)).toEqual(['tiny_bf16', 'tiny_fp8']);
    for (const m of models) {
      expect(m.prompts.length).toBeGreaterThan(0);
      expect(m.decodes.length).toBeGreaterThan(0);
    }
  });
});

/** Runs a prompt in small chunks (chunking must not matter) and collects what the trace shows, row by row. */
function run(
  model: GoldenModel,
  mode: string,
  prompt: string,
): { logits: Float32Array; mtp: Float32Array | null; seen: Map<string, number[][]> } {
  const seen = new Map<string, number[][]>();
  const tap = ({ op, rows, values }: TraceEvent): void => {
    const list = seen.get(op) ?? [];
    const width = values.length / rows.length;
    for (let r = 0; r < rows.length; r++) list.push([...values.subarray(r * width, (r + 1) * width)]);
    seen.set(op, list);
  };
  const ids = model.golden.tensors.get(`${prompt}.input_ids`)!.numbers();
  const mtp = model.golden.tensors.has(`${mode}.${prompt}.mtp_logits`);
  const score = model.engine(mode).score(ids, { chunkSize: 11, tap, mtp });
  return { logits: score.logits, mtp: score.mtpLogits, seen };
}

const asSets = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((r) => r.filter((i) => i >= 0).sort((a, b) => a - b));

for (const model of models) {
  describe(`${model.name}`, () => {
    const tensor = (name: string): ReturnType<typeof model.golden.tensors.get> => model.golden.tensors.get(name);

    it.each(model.prompts)(
      '$mode $prompt: logits of all positions are within 1e-4, expert ids and index sets equal',
      ({ mode, prompt }) => {
        const { logits, mtp, seen } = run(model, mode, prompt);
        expect(maxAbsDiff(logits, tensor(`${mode}.${prompt}.logits`)!.f32())).toBeLessThanOrEqual(TOLERANCE);
        const prefix = `${mode}.${prompt}.`;
        for (const [name, want] of model.golden.tensors) {
          if (!name.startsWith(prefix)) continue;
          const key = name.slice(prefix.length);
          const layer = /^(?:layer|hidden_after_layer)(\d+)/.exec(key)?.[1];
          if (key === 'mtp_logits') expect(maxAbsDiff(mtp!, want.f32()), key).toBeLessThanOrEqual(TOLERANCE);
          else if (key === 'hidden_embed')
            expect(maxAbsDiff(seen.get('embed')!.flat(), want.f32()), key).toBeLessThanOrEqual(TOLERANCE);
          else if (key.startsWith('hidden_after_layer'))
            expect(maxAbsDiff(seen.get(`layers.${layer}`)!.flat(), want.f32()), key).toBeLessThanOrEqual(TOLERANCE);
          else if (key.endsWith('.expert_ids'))
            expect(seen.get(`layers.${layer}.ffn.experts`)!.flat(), key).toEqual(want.numbers());
          else if (key.endsWith('.indexer_topk')) {
            const [rows, k] = want.shape;
            const numbers = want.numbers();
            const wanted = Array.from({ length: rows }, (_, r) => numbers.slice(r * k, (r + 1) * k));
            expect(asSets(seen.get(`layers.${layer}.attn.indexer.topk`)!), key).toEqual(asSets(wanted));
          } else expect(key, 'a golden tensor that no assertion covers').toBe('logits');
        }
      },
    );

    it.each(model.prompts)('$mode $prompt: the plain kernels give the same bits', ({ mode, prompt }) => {
      const ids = model.golden.tensors.get(`${prompt}.input_ids`)!.numbers();
      const mtp = model.golden.tensors.has(`${mode}.${prompt}.mtp_logits`);
      const fast = model.engine(mode).score(ids, { mtp });
      const plain = model.engine(mode, { kernels: 'reference' }).score(ids, { mtp });
      expect(plain).toEqual(fast);
      // equality of arrays takes 0 and -0 for the same
      for (const name of ['logits', 'mtpLogits'] as const)
        if (fast[name] !== null)
          expect(Buffer.compare(Buffer.from(plain[name]!.buffer), Buffer.from(fast[name].buffer)), name).toBe(0);
    });

    it.each(model.decodes)(
      '$mode decode: one token at a time after $prefill tokens gives the golden rows within 1e-4',
      ({ mode, prompt, prefill, steps }) => {
        const ids = tensor(`${prompt}.input_ids`)!.numbers();
        const engine = model.engine(mode);
        const sequence = engine.openSequence();
        const rows = [...sequence.append(ids.slice(0, prefill)).slice(-engine.vocabSize)];
        for (let i = 0; i < steps; i++) rows.push(...sequence.append([ids[prefill + i]]));
        expect(maxAbsDiff(rows, tensor(`${mode}.decode.logits`)!.f32())).toBeLessThanOrEqual(TOLERANCE);
      },
    );

    it.each(model.decodes)(
      '$mode decode: the same bits as prefill, whatever the chunk size',
      ({ mode, prompt, prefill }) => {
        const ids = tensor(`${prompt}.input_ids`)!.numbers();
        const engine = model.engine(mode);
        const whole = engine.score(ids, { chunkSize: ids.length }).logits;
        for (const chunkSize of [1, 3, 16, 64])
          expect(engine.score(ids, { chunkSize }).logits, `chunk ${chunkSize}`).toEqual(whole);
        const sequence = engine.openSequence();
        const stepwise = [...sequence.append(ids.slice(0, prefill))];
        for (const id of ids.slice(prefill)) stepwise.push(...sequence.append([id]));
        expect(Float32Array.from(stepwise)).toEqual(whole);
      },
    );
  });
}
