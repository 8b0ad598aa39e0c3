import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compressVocabulary, createNgramHash, leftPadHistory } from '../../../engine/memory/index.ts';
import { goldenFiles, isOwnGolden, readJson } from '../../support/golden.ts';

interface HashFile {
  readonly config: {
    readonly engram_vocab_size: number[];
    readonly max_ngram_size: number;
    readonly n_head_per_ngram: number;
    readonly layer_ids: number[];
    readonly pad_id: number;
    readonly seed: number;
  };
  readonly raw_vocab_size: number;
  readonly compressed_vocab_size: number;
  readonly vocab?: readonly string[] | null;
  readonly vocab_rule: string | null;
  readonly lookup_table?: readonly number[] | null;
  readonly pad_id_compressed: number;
  readonly layer_multipliers: Record<string, string[]>;
  readonly table_sizes: Record<string, number[][]>;
  readonly input_ids: number[][];
  readonly compressed_ids: number[][];
  readonly hash_ids: Record<string, number[][][]>;
}

const files = goldenFiles('engram', /^hash_.*\.json$/);

/** The only rule in use: token i decodes to 'w' + i. */
function vocabularyOf(file: HashFile): string[] {
  if (file.vocab) return [...file.vocab];
  if (!file.vocab_rule?.includes("'w'+i")) throw new Error(`unknown vocab_rule ${file.vocab_rule}`);
  return Array.from({ length: file.raw_vocab_size }, (_, i) => `w${i}`);
}

describe('Engram hashes against the published demo', () => {
  it.runIf(isOwnGolden())('has files', () => expect(files.length).toBeGreaterThan(0));

  describe.each(files.map((path) => ({ name: basename(path), path })))('$name', ({ path }) => {
    const file = readJson<HashFile>(path);
    const { config } = file;
    // The golden file drops marks of category Mn alone, and keys broken text as raw:<id>.
    const compression = compressVocabulary(
      vocabularyOf(file).map((text, id) => ({ text, raw: `raw:${id}` })),
      { accents: 'nonspacing' },
    );
    const hash = createNgramHash({
      layerIds: config.layer_ids,
      maxNgram: config.max_ngram_size,
      headsPerNgram: config.n_head_per_ngram,
      vocabSizes: config.engram_vocab_size,
      compressedVocab: compression.size,
      padId: compression.lookup[config.pad_id],
      seed: config.seed,
      history: leftPadHistory,
    });

    it('compresses the vocabulary to the same ids', () => {
      expect(compression.size).toBe(file.compressed_vocab_size);
      expect(compression.lookup[config.pad_id]).toBe(file.pad_id_compressed);
      if (file.lookup_table) expect(Array.from(compression.lookup)).toEqual(file.lookup_table);
      expect(file.input_ids.map((ids) => ids.map((id) => compression.lookup[id]))).toEqual(file.compressed_ids);
    });

    it.each(config.layer_ids)('layer %i has the same multipliers and table sizes', (layer) => {
      const tables = hash.tables.find((one) => one.layer === layer)!;
      expect(tables.multipliers.map(String)).toEqual(file.layer_multipliers[layer]);
      expect(tables.primes).toEqual(file.table_sizes[layer]);
    });

    it.each(config.layer_ids)('layer %i has the same hash ids', (layer) => {
      const index = hash.tables.findIndex((one) => one.layer === layer);
      const got = file.compressed_ids.map((ids) => {
        const flat = hash.buckets(index, Int32Array.from(ids));
        return ids.map((_, t) => Array.from(flat.subarray(t * hash.columns, (t + 1) * hash.columns)));
      });
      expect(got).toEqual(file.hash_ids[layer]);
    });
  });
});
