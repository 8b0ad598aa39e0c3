import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ConditionalMemory,
  convTailRows,
  createNgramHash,
  directFetcher,
  f32Content,
  leftPadHistory,
  memoryPaper,
  paperGate,
  residentTable,
} from '../../../engine/memory/index.ts';
import type { PaperWeights } from '../../../engine/memory/index.ts';
import { goldenFiles, isOwnGolden, readSafetensors } from '../../support/golden.ts';
import { maxAbsDiff } from '../../support/golden-model.ts';

interface ModuleConfig {
  readonly engram_vocab_size: number[];
  readonly max_ngram_size: number;
  readonly n_embed_per_ngram: number;
  readonly n_head_per_ngram: number;
  readonly layer_ids: number[];
  readonly layer_id: number;
  readonly seed: number;
  readonly kernel_size?: number;
  readonly hidden_size: number;
  readonly hc_mult: number;
}

const files = goldenFiles('engram', /^module_.*\.safetensors$/);
/** The bound for the module's output. */
const TOLERANCE = 1e-5;

function openModule(path: string) {
  const { tensors, metadata } = readSafetensors(path);
  const config = JSON.parse(metadata['config']) as ModuleConfig;
  const tensor = (name: string) => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`${path} has no ${name}`);
    return found;
  };
  const floats = (name: string): Float32Array => tensor(name).f32();
  const { hc_mult: hcMult, hidden_size: D } = config;
  const perStream = (name: (g: number) => string): Float32Array[] =>
    Array.from({ length: hcMult }, (_, g) => floats(`weights.${name(g)}.weight`));
  const kernel = config.kernel_size ?? 4;
  expect(tensor('weights.short_conv.conv.weight').shape).toEqual([hcMult * D, 1, kernel]);
  const weights: PaperWeights = {
    keyNorm: perStream((g) => `norm1.${g}`),
    queryNorm: perStream((g) => `norm2.${g}`),
    convNorm: perStream((g) => `short_conv.norms.${g}`),
    conv: floats('weights.short_conv.conv.weight'),
    kernel,
    dilation: config.max_ngram_size,
  };
  const tokenMap = Int32Array.from(tensor('mid.lookup_table').numbers());
  const hash = createNgramHash({
    layerIds: config.layer_ids,
    maxNgram: config.max_ngram_size,
    headsPerNgram: config.n_head_per_ngram,
    vocabSizes: config.engram_vocab_size,
    compressedVocab: tokenMap.reduce((max, id) => Math.max(max, id), 0) + 1,
    padId: Number(metadata['pad_id_compressed']),
    seed: config.seed,
    history: leftPadHistory,
  });
  const headDim = config.n_embed_per_ngram / config.n_head_per_ngram;
  const embedding = floats('weights.multi_head_embedding.embedding.weight');
  const index = config.layer_ids.indexOf(config.layer_id);
  const table = residentTable(f32Content(embedding, embedding.length / headDim, headDim));
  const memory = new ConditionalMemory(
    {
      maxNgram: config.max_ngram_size,
      headsPerNgram: config.n_head_per_ngram,
      headDim,
      orders: config.engram_vocab_size.map((_, i) => i + 2),
      layerIds: config.layer_ids,
      tokenMap,
      tailFloats: convTailRows(weights) * hcMult * D,
    },
    hash,
    directFetcher(config.layer_ids.map(() => table)),
    table.version,
  );
  const linear = (weight: string, x: Float32Array): Float32Array => {
    const w = floats(`weights.${weight}.weight`);
    const bias = floats(`weights.${weight}.bias`);
    return bias.map((b, n) => {
      let sum = 0;
      for (let k = 0; k < x.length; k++) sum = Math.fround(sum + Math.fround(x[k] * w[n * x.length + k]));
      return sum + b;
    });
  };
  return { config, tensor, floats, weights, hash, memory, index, linear, headDim };
}

describe('the Engram module of the paper against the published demo', () => {
  it.runIf(isOwnGolden())('has files', () => expect(files.length).toBe(2));

  it.each(files.map((path) => [basename(path), path]))('%s: rows, values and output', (_name, path) => {
    const { config, tensor, floats, weights, memory, hash, index, linear } = openModule(path);
    const { hc_mult: hcMult, hidden_size: D } = config;
    const [batch, T] = tensor('in.input_ids').shape;
    const ids = Int32Array.from(tensor('in.input_ids').numbers());
    const hidden = floats('in.hidden_states');
    const offsets = hash.tables[index].offsets;
    const bucketIds = tensor('mid.hash_ids').numbers();
    const embeddings = floats('mid.embeddings');
    const want = floats('out.engram');
    const got = new Float32Array(want.length);
    for (let b = 0; b < batch; b++) {
      const state = memory.createState();
      // chunks of 1, 2, 3, ... tokens: the history and the convolution cross their borders
      for (let t = 0, chunk = 1; t < T; t += chunk++) {
        const tokens = ids.subarray(b * T + t, b * T + Math.min(T, t + chunk));
        const rows = memory.rowsOf(state, tokens)[index];
        memory.advance(state, tokens, null);
        const columns = memory.columns;
        const from = (b * T + t) * columns;
        expect(Array.from(rows, (row, i) => row - offsets[i % columns])).toEqual(
          bucketIds.slice(from, from + rows.length),
        );
        const values = memory.gather(index, rows);
        const width = values.length / tokens.length;
        expect(values).toEqual(embeddings.slice((b * T + t) * width, (b * T + t) * width + values.length));
        for (let i = 0; i < tokens.length; i++) {
          const e = values.subarray(i * width, (i + 1) * width);
          const keys = Array.from({ length: hcMult }, (_, g) => linear(`key_projs.${g}`, e));
          const row = b * T + t + i;
          const out = got.subarray(row * hcMult * D, (row + 1) * hcMult * D);
          const shape = { rows: batch * T, hcMult, width: D };
          const tail = { rows: state.tails[index] };
          memoryPaper(
            hidden,
            row,
            keys,
            linear('value_proj', e),
            t + i,
            tail,
            weights,
            shape,
            paperGate,
            out,
            () => undefined,
          );
        }
      }
    }
    expect(maxAbsDiff(got, want)).toBeLessThan(TOLERANCE);
  });
});
