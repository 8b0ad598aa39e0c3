/**
 * config.json of a DeepSeek-V4 checkpoint: the real key names in, one fully set `ModelConfig` out.
 *
 * Keys that do not change a number here (architectures, torch_dtype, token ids, ...) are accepted and ignored.
 * Source: the released config.json files (specification section 19).
 * @module
 */
import { CheckpointError } from './errors.ts';
import type { CheckpointProblem } from './errors.ts';

export interface ModelConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly ropeDim: number;
  readonly qLoraRank: number;
  readonly oGroups: number;
  readonly oLoraRank: number;
  readonly windowSize: number;
  /** One per layer, then one per MTP layer: 0 = window only, 4 = CSA with an indexer, other = HCA with that ratio. */
  readonly compressRatios: readonly number[];
  readonly indexHeads: number;
  readonly indexHeadDim: number;
  readonly indexTopK: number;
  readonly experts: number;
  readonly sharedExperts: number;
  readonly expertsPerToken: number;
  readonly expertInterSize: number;
  readonly hashLayers: number;
  readonly scoring: 'sqrtsoftplus' | 'softmax' | 'sigmoid';
  readonly normTopKProb: boolean;
  readonly routedScale: number;
  /** 0 = no clamp. */
  readonly swigluLimit: number;
  readonly hcMult: number;
  readonly hcEps: number;
  readonly hcSinkhornIterations: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly compressRopeTheta: number;
  /** null = no YaRN. Applied on compressed layers only. */
  readonly yarn: {
    readonly factor: number;
    readonly betaFast: number;
    readonly betaSlow: number;
    readonly originalMaxPositions: number;
  } | null;
  readonly mtpLayers: number;
  /** Rows and columns that share one scale in an FP8 weight; the columns are also the activation group. */
  readonly fp8Block: readonly [number, number];
  readonly maxPositions: number;
  /** Conditional memory; null = none. */
  readonly memory: MemoryConfig | null;
}

/** Engram tables and where they enter. Source: specification sections 12 and 19. */
export interface MemoryConfig {
  /** `v41`: one projection, no convolution. `paper`: projections per stream with biases, a short convolution. */
  readonly form: 'v41' | 'paper';
  readonly layerIds: readonly number[];
  /** Rows of each layer's table: the sum of its primes. */
  readonly rows: readonly number[];
  readonly maxNgram: number;
  /** Where the search for primes starts, one per order. */
  readonly vocabSizes: readonly number[];
  readonly headsPerNgram: number;
  readonly headDim: number;
  readonly padTokenId: number;
  readonly compressedVocab: number;
  /** Taps of the paper form's convolution; 0 in the V4.1 form. */
  readonly convKernel: number;
}

type Json = Record<string, unknown>;

/** Reads keys of one object and collects every problem, so that one error can name them all. */
class KeyReader {
  readonly problems: CheckpointProblem[] = [];
  private readonly file: string;
  private readonly object: Json;
  private readonly prefix: string;

  constructor(file: string, object: Json, prefix = '') {
    this.file = file;
    this.object = object;
    this.prefix = prefix;
  }

  fail(key: string, expected: string, got: unknown): void {
    this.problems.push({
      file: this.file,
      at: this.prefix + key,
      expected,
      got: got === undefined ? 'nothing' : JSON.stringify(got),
    });
  }

  integer(key: string, min: number, fallback?: number): number {
    const value = this.object[key] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= 2 ** 31) return value;
    this.fail(key, `an integer >= ${min}`, this.object[key]);
    return Math.max(min, 1);
  }

  number(key: string, min: number, fallback?: number): number {
    const value = this.object[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value >= min) return value;
    this.fail(key, `a number >= ${min}`, this.object[key]);
    return Math.max(min, 1);
  }

  has(key: string): boolean {
    return this.object[key] !== undefined;
  }

  /** @param repeat - a single number stands for that many */
  integers(key: string, repeat = 0): number[] {
    const given = this.object[key];
    const value: unknown = repeat > 0 && Number.isInteger(given) ? new Array<unknown>(repeat).fill(given) : given;
    if (Array.isArray(value) && value.every((v) => Number.isInteger(v) && (v as number) >= 0)) return value as number[];
    this.fail(key, 'an array of integers >= 0', value);
    return [];
  }

  oneOf<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.object[key] ?? fallback;
    const found = allowed.find((a) => a === value);
    if (found === undefined) this.fail(key, `one of ${allowed.join(', ')}`, value);
    return found ?? fallback;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.object[key] ?? fallback;
    if (typeof value === 'boolean') return value;
    this.fail(key, 'true or false', value);
    return fallback;
  }

  object_(key: string): Json | null {
    const value = this.object[key];
    if (value === undefined || value === null) return null;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Json;
    this.fail(key, 'an object', value);
    return null;
  }

  equals(key: string, only: unknown): void {
    const value = this.object[key];
    if (value !== undefined && value !== only) this.fail(key, JSON.stringify(only), value);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses a config.json object with DeepSeek's key names.
 *
 * @param raw - the parsed JSON
 * @param file - name used in errors
 * @throws CheckpointError with every problem found
 */
export function parseModelConfig(raw: unknown, file = 'config.json'): ModelConfig {
  if (!isObject(raw)) throw new CheckpointError([{ file, at: null, expected: 'a JSON object', got: typeof raw }]);
  const r = new KeyReader(file, raw);
  r.equals('model_type', 'deepseek_v4');
  r.equals('num_key_value_heads', 1);
  r.equals('tie_word_embeddings', false);
  const layers = r.integer('num_hidden_layers', 1);
  const mtpLayers = r.integer('num_nextn_predict_layers', 0, 0);
  const scaling = r.object_('rope_scaling');
  let yarn: ModelConfig['yarn'] = null;
  if (scaling !== null) {
    const s = new KeyReader(file, scaling, 'rope_scaling.');
    // Older files say `type`, newer ones `rope_type`.
    const kind = scaling['type'] ?? scaling['rope_type'];
    if (kind !== 'yarn') s.fail('type', '"yarn"', kind);
    const originalMaxPositions = s.integer('original_max_position_embeddings', 0);
    // The official code applies YaRN whenever the original length is > 0, whatever the sequence length.
    if (originalMaxPositions > 0)
      yarn = {
        factor: s.number('factor', 1),
        betaFast: s.number('beta_fast', 0, 32),
        betaSlow: s.number('beta_slow', 0, 1),
        originalMaxPositions,
      };
    r.problems.push(...s.problems);
  }
  const config: ModelConfig = {
    vocabSize: r.integer('vocab_size', 1),
    hiddenSize: r.integer('hidden_size', 1),
    layers,
    heads: r.integer('num_attention_heads', 1),
    headDim: r.integer('head_dim', 1),
    ropeDim: r.integer('qk_rope_head_dim', 2),
    qLoraRank: r.integer('q_lora_rank', 1),
    oGroups: r.integer('o_groups', 1),
    oLoraRank: r.integer('o_lora_rank', 1),
    windowSize: r.integer('sliding_window', 1),
    compressRatios: r.integers('compress_ratios'),
    indexHeads: r.integer('index_n_heads', 1),
    indexHeadDim: r.integer('index_head_dim', 1),
    indexTopK: r.integer('index_topk', 1),
    experts: r.integer('n_routed_experts', 1),
    sharedExperts: r.integer('n_shared_experts', 1, 1),
    expertsPerToken: r.integer('num_experts_per_tok', 1),
    expertInterSize: r.integer('moe_intermediate_size', 1),
    hashLayers: r.integer('num_hash_layers', 0, 0),
    scoring: r.oneOf('scoring_func', ['sqrtsoftplus', 'softmax', 'sigmoid'], 'sqrtsoftplus'),
    normTopKProb: r.boolean('norm_topk_prob', true),
    routedScale: r.number('routed_scaling_factor', 0, 1),
    swigluLimit: r.number('swiglu_limit', 0, 0),
    hcMult: r.integer('hc_mult', 1),
    hcEps: r.number('hc_eps', 0, 1e-6),
    hcSinkhornIterations: r.integer('hc_sinkhorn_iters', 1, 20),
    rmsNormEps: r.number('rms_norm_eps', 0, 1e-6),
    ropeTheta: r.number('rope_theta', 1),
    compressRopeTheta: r.number('compress_rope_theta', 1),
    yarn,
    mtpLayers,
    fp8Block: readFp8Block(r),
    maxPositions: r.integer('max_position_embeddings', 1),
    memory: readMemory(r, layers),
  };
  if (r.problems.length === 0) checkRelations(config, r);
  if (r.problems.length > 0) throw new CheckpointError(r.problems);
  return config;
}

/** null when the file has no engram_layer_ids. The form is our key: `memory`, "engram-v41" unless said. */
function readMemory(r: KeyReader, layers: number): MemoryConfig | null {
  if (!r.has('engram_layer_ids')) return null;
  const form = r.oneOf('memory', ['engram-v41', 'engram-paper'], 'engram-v41') === 'engram-v41' ? 'v41' : 'paper';
  const layerIds = r.integers('engram_layer_ids');
  const maxNgram = r.integer('engram_max_ngram_size', 2);
  const vocabSizes = r.integers('engram_vocab_size', maxNgram - 1);
  const rows = r.integers('engram_num_embeddings');
  const ascending = layerIds.every((id, i) => id < layers && (i === 0 || id > layerIds[i - 1]));
  if (!ascending || layerIds.length === 0) r.fail('engram_layer_ids', `layers below ${layers}, ascending`, layerIds);
  if (vocabSizes.length !== maxNgram - 1)
    r.fail('engram_vocab_size', `one size, or ${maxNgram - 1} (orders 2 to ${maxNgram})`, vocabSizes);
  if (rows.length !== layerIds.length) r.fail('engram_num_embeddings', `${layerIds.length} row counts`, rows);
  const headDim = r.integer('engram_head_dim', 1);
  if (form === 'v41' && headDim % MEMORY_SCALE_GROUP !== 0)
    r.fail('engram_head_dim', `a multiple of ${MEMORY_SCALE_GROUP}`, headDim);
  return {
    form,
    layerIds,
    rows,
    maxNgram,
    vocabSizes,
    headsPerNgram: r.integer('engram_n_heads', 1),
    headDim,
    padTokenId: r.integer('engram_pad_token_id', 0),
    compressedVocab: r.integer('engram_compressed_vocab_size', 1),
    convKernel: form === 'paper' ? r.integer('engram_conv_kernel', 1, 4) : 0,
  };
}

/** Columns of a memory row that share a scale. */
export const MEMORY_SCALE_GROUP = 32;

/** V4: 128 x 128 when the file says nothing. */
function readFp8Block(r: KeyReader): [number, number] {
  const quantisation = r.object_('quantization_config');
  const block = quantisation?.['weight_block_size'] ?? [128, 128];
  if (Array.isArray(block) && block.length === 2 && block.every((b) => Number.isInteger(b) && (b as number) >= 1))
    return block as [number, number];
  r.fail('quantization_config.weight_block_size', 'two integers >= 1', block);
  return [128, 128];
}

/** Relations between keys that the kernels rely on (specification section 20). */
function checkRelations(c: ModelConfig, r: KeyReader): void {
  if (c.compressRatios.length < c.layers + c.mtpLayers)
    r.fail('compress_ratios', `${c.layers + c.mtpLayers} entries (layers, then MTP layers)`, c.compressRatios);
  if (c.ropeDim % 2 !== 0 || c.ropeDim > c.headDim || c.ropeDim > c.indexHeadDim)
    r.fail('qk_rope_head_dim', 'an even number <= head_dim and <= index_head_dim', c.ropeDim);
  if (c.headDim % 4 !== 0) r.fail('head_dim', 'a multiple of 4 (lanes of the dot product)', c.headDim);
  if (c.indexHeadDim % 4 !== 0) r.fail('index_head_dim', 'a multiple of 4 (lanes of the dot product)', c.indexHeadDim);
  if (c.heads % c.oGroups !== 0) r.fail('o_groups', `a divisor of num_attention_heads (${c.heads})`, c.oGroups);
  if (c.expertsPerToken > c.experts)
    r.fail('num_experts_per_tok', `at most n_routed_experts (${c.experts})`, c.expertsPerToken);
  if ((c.indexHeadDim & (c.indexHeadDim - 1)) !== 0)
    r.fail('index_head_dim', 'a power of two (Hadamard)', c.indexHeadDim);
}

/** `compress_ratio` of CSA: overlapping windows and a lightning indexer exist if and only if the ratio is 4. */
export const CSA_RATIO = 4;

/** Ratio of a layer; index `layers + i` is MTP layer i. */
export function compressRatio(config: ModelConfig, layer: number): number {
  return config.compressRatios[layer] ?? 0;
}

/** Width factor of a compressor's projections: 2 where windows overlap (ratio 4), else 1. */
export function compressorWidth(ratio: number): 1 | 2 {
  return ratio === CSA_RATIO ? 2 : 1;
}
