/**
 * A checkpoint made from a seed: the small `v4-tiny` model and variants of it, random weights in the released formats (FP8, FP4, BF16, F32, I64).
 *
 * It exercises every path and keeps the byte-exact records (head_dim 512, index_head_dim 128). Each tensor's numbers depend on
 * (seed, tensor name) alone. The spread of each kind of weight keeps activations near 1, so that the logits spread about 1.
 * Source: specification section 20.
 * @module
 */
import { createHash } from 'node:crypto';
import { decodeUe8m0, encodeBf16, formats, packE2m1, scaleExponentFp4Mx, scaleExponentFp8 } from '../formats/index.ts';
import { assembleCheckpoint, scaleNameOf, scaleShapeOf } from './checkpoint.ts';
import type { Checkpoint, QuantisedForm } from './checkpoint.ts';
import { MEMORY_SCALE_GROUP, parseModelConfig } from './config.ts';
import { FP4_BLOCK, tensorInventory } from './inventory.ts';
import type { InventoryEntry } from './inventory.ts';
import type { Dtype, Tensor, TensorToWrite } from './safetensors.ts';

const FP8_BLOCK = [128, 128] as const;

export const PRESETS = [
  'v4-tiny',
  'v4-tiny-engram',
  'v4-tiny-engram-paper',
  'v4-tiny-hca128',
  'v4-small',
  'v4-micro',
] as const;
export type CheckpointPreset = (typeof PRESETS)[number];

/** Two memories with the tables of a vocabulary of 1000: 8 heads of 32 columns, primes from 1009 (their sums are the row counts). */
const ENGRAM = {
  engram_layer_ids: [1, 3],
  engram_vocab_size: 1000,
  engram_n_heads: 8,
  engram_head_dim: 32,
  engram_pad_token_id: 2,
  engram_compressed_vocab_size: 291,
};
/** What a preset has other than `v4-tiny`. */
const PRESET_KEYS: Readonly<Record<CheckpointPreset, Record<string, unknown>>> = {
  'v4-tiny': {},
  'v4-tiny-engram': {
    ...ENGRAM,
    memory: 'engram-v41',
    engram_max_ngram_size: 4,
    engram_num_embeddings: [25874, 30058],
  },
  'v4-tiny-engram-paper': {
    ...ENGRAM,
    memory: 'engram-paper',
    engram_max_ngram_size: 3,
    engram_num_embeddings: [16826, 18634],
    engram_conv_kernel: 4,
  },
  // the released ratio: what other engines accept (llama.cpp has 0, 4 and 128 alone)
  'v4-tiny-hca128': { compress_ratios: [0, 0, 4, 128, 4, 128, 0] },
  // for measurements: 8 layers of width 1024, about 130 million parameters
  'v4-small': {
    hidden_size: 1024,
    num_hidden_layers: 8,
    num_attention_heads: 8,
    q_lora_rank: 512,
    o_groups: 4,
    o_lora_rank: 256,
    sliding_window: 128,
    compress_ratios: [0, 0, 4, 128, 4, 128, 4, 128, 0],
    index_n_heads: 8,
    index_topk: 64,
    moe_intermediate_size: 256,
  },
  // for benches of many runs: every mechanism once (both ratios, indexer, experts, MTP, memory), as few layers and columns as that takes
  'v4-micro': {
    num_hidden_layers: 3,
    num_attention_heads: 2,
    head_dim: 128,
    q_lora_rank: 64,
    o_lora_rank: 32,
    sliding_window: 8,
    compress_ratios: [0, 4, 16, 0],
    index_n_heads: 2,
    index_head_dim: 64,
    index_topk: 4,
    n_routed_experts: 4,
    num_hash_layers: 1,
    ...ENGRAM,
    memory: 'engram-v41',
    engram_layer_ids: [1],
    engram_vocab_size: 300,
    engram_n_heads: 2,
    engram_max_ngram_size: 3,
    engram_num_embeddings: [1248],
  },
};

/** config.json of a preset, with the released key names. */
export function presetConfig(preset: CheckpointPreset): Record<string, unknown> {
  if (!PRESETS.includes(preset))
    throw new RangeError(`preset: expected one of ${PRESETS.join(', ')}, got ${String(preset)}`);
  return {
    architectures: ['DeepseekV4ForCausalLM'],
    model_type: 'deepseek_v4',
    torch_dtype: 'bfloat16',
    expert_dtype: 'fp4',
    quantization_config: {
      quant_method: 'fp8',
      fmt: 'e4m3',
      scale_fmt: 'ue8m0',
      activation_scheme: 'dynamic',
      weight_block_size: FP8_BLOCK,
    },
    vocab_size: 320,
    hidden_size: 128,
    num_hidden_layers: 6,
    num_nextn_predict_layers: 1,
    num_attention_heads: 4,
    num_key_value_heads: 1,
    head_dim: 512,
    qk_rope_head_dim: 64,
    q_lora_rank: 128,
    o_groups: 2,
    o_lora_rank: 64,
    sliding_window: 16,
    compress_ratios: [0, 0, 4, 16, 4, 16, 0],
    index_n_heads: 4,
    index_head_dim: 128,
    index_topk: 8,
    n_routed_experts: 8,
    n_shared_experts: 1,
    num_experts_per_tok: 2,
    moe_intermediate_size: 128,
    num_hash_layers: 2,
    scoring_func: 'sqrtsoftplus',
    topk_method: 'noaux_tc',
    norm_topk_prob: true,
    routed_scaling_factor: 1.5,
    swiglu_limit: 10,
    hc_mult: 4,
    hc_eps: 1e-6,
    hc_sinkhorn_iters: 20,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    compress_rope_theta: 160000,
    rope_scaling: { type: 'yarn', factor: 16, beta_fast: 32, beta_slow: 1, original_max_position_embeddings: 512 },
    max_position_embeddings: 8192,
    bos_token_id: 256,
    eos_token_id: 257,
    tie_word_embeddings: false,
    ...PRESET_KEYS[preset],
  };
}

/** Builds and checks a preset's checkpoint in memory. */
export function buildCheckpoint(options: { preset: CheckpointPreset; seed: string }): Checkpoint {
  const config = presetConfig(options.preset);
  const file = `${options.preset} (seed ${options.seed})`;
  const tensors = new Map<string, Tensor>();
  for (const tensor of seededTensors(options)) tensors.set(tensor.name, { ...tensor, file });
  return assembleCheckpoint(config, tensors, file);
}

/** The tensors of a preset, in file order, in the released dtypes: what `writeSafetensors` takes. */
export function seededTensors(options: { preset: CheckpointPreset; seed: string }): TensorToWrite[] {
  const config = parseModelConfig(presetConfig(options.preset));
  return tensorInventory(config).flatMap((entry) => {
    const random = seededRandom(`evenkeel checkpoint v1/${options.preset}/${options.seed}/${entry.name}`);
    return entry.form === 'i64'
      ? [expertTable(entry, config.experts, random)]
      : store(entry, seededValues(entry, random));
  });
}

/** Uniform 32-bit integers: xoshiro128** (Blackman and Vigna, 2018), seeded by SHA-256 of a label. */
function seededRandom(label: string): () => number {
  const digest = createHash('sha256').update(label).digest();
  let s0 = digest.readUInt32LE(0);
  let s1 = digest.readUInt32LE(4);
  let s2 = digest.readUInt32LE(8);
  let s3 = digest.readUInt32LE(12);
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotate(s3, 11);
    return result;
  };
}

const SQRT3 = 1.7320508075688772;

/** Nearly normal with mean 0 and deviation 1, from basic operations: the sum of four uniforms, scaled. */
function seededNormal(random: () => number): number {
  const sum = random() + random() + random() + random();
  return (sum / 0x100000000 - 2) * SQRT3;
}

/** Mean and deviation of each kind of weight. */
function spreadOf(entry: InventoryEntry): { mean: number; deviation: number } {
  const { name, shape } = entry;
  const fanIn = shape[shape.length - 1];
  if (name === 'embed.weight') return { mean: 0, deviation: 1 };
  if (name.endsWith('norm.weight')) return { mean: 1, deviation: 0.25 };
  if (name.endsWith('_fn')) return { mean: 0, deviation: 1 / Math.sqrt(fanIn) };
  if (name.endsWith('_base')) return { mean: 0, deviation: 0.6 };
  if (name.endsWith('_scale')) return { mean: 0.5, deviation: 0.15 };
  if (name.endsWith('attn_sink')) return { mean: 0.25, deviation: 1 };
  if (name.endsWith('.ape')) return { mean: 0, deviation: 0.7 };
  if (name.endsWith('engram.q_weight') || name.endsWith('engram.k_weight')) return { mean: 1, deviation: 0.25 };
  if (/engram\.(embed|multi_head_embedding)/.test(name)) return { mean: 0, deviation: 1 };
  if (/engram\..*(norm1|norm2|norms)\./.test(name)) return { mean: 1, deviation: 0.25 };
  if (name.endsWith('gate.bias')) return { mean: 0, deviation: 0.15 };
  return { mean: 0, deviation: 1.3 / Math.sqrt(fanIn) };
}

function seededValues(entry: InventoryEntry, random: () => number): Float32Array {
  const { mean, deviation } = spreadOf(entry);
  const values = new Float32Array(entry.shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = mean + deviation * seededNormal(random);
  return values;
}

/** Different experts for each token id. */
function expertTable(entry: InventoryEntry, experts: number, random: () => number): TensorToWrite {
  const [vocab, k] = entry.shape as [number, number];
  const bytes = new Uint8Array(vocab * k * 8);
  const view = new DataView(bytes.buffer);
  for (let t = 0; t < vocab; t++) {
    const pool = Array.from({ length: experts }, (_, e) => e);
    for (let i = 0; i < k; i++) {
      const [expert] = pool.splice(random() % pool.length, 1);
      view.setBigInt64((t * k + i) * 8, BigInt(expert), true);
    }
  }
  return { name: entry.name, dtype: 'I64', shape: entry.shape, bytes };
}

function store(entry: InventoryEntry, values: Float32Array): TensorToWrite[] {
  const plain = (dtype: Dtype, bytes: Uint8Array): TensorToWrite[] => [
    { name: entry.name, dtype, shape: entry.shape, bytes },
  ];
  switch (entry.form) {
    case 'f32':
      return plain('F32', new Uint8Array(values.buffer));
    case 'bf16':
      return plain('BF16', new Uint8Array(encodeBf16(values).buffer));
    case 'fp8':
      return quantise(entry, values, 'fp8', ...FP8_BLOCK);
    case 'fp8-rows':
      return quantise(entry, values, 'fp8-rows', 1, MEMORY_SCALE_GROUP);
    case 'fp4':
      return quantise(entry, values, 'fp4', 1, FP4_BLOCK);
    case 'i64':
      throw new Error('invariant: expert tables are made by expertTable');
  }
}

/** One power-of-two scale per block of the weight; codes nearest, ties to even. */
function quantise(
  entry: InventoryEntry,
  values: Float32Array,
  form: QuantisedForm,
  rowBlock: number,
  colBlock: number,
): TensorToWrite[] {
  const [rows, cols] = entry.shape as [number, number];
  const scaleShape = scaleShapeOf(entry.shape, form, FP8_BLOCK);
  const exponents = new Uint8Array(scaleShape[0] * scaleShape[1]);
  const scaled = new Float32Array(values.length);
  for (let br = 0; br < scaleShape[0]; br++)
    for (let bc = 0; bc < scaleShape[1]; bc++) {
      const rowEnd = Math.min(rows, (br + 1) * rowBlock);
      const colEnd = Math.min(cols, (bc + 1) * colBlock);
      let amax = 0;
      for (let r = br * rowBlock; r < rowEnd; r++)
        for (let c = bc * colBlock; c < colEnd; c++) amax = Math.max(amax, Math.abs(values[r * cols + c]));
      const exponent = form === 'fp4' ? scaleExponentFp4Mx(amax) : scaleExponentFp8(amax);
      exponents[br * scaleShape[1] + bc] = exponent;
      const scale = decodeUe8m0(Uint8Array.of(exponent))[0];
      for (let r = br * rowBlock; r < rowEnd; r++)
        for (let c = bc * colBlock; c < colEnd; c++) scaled[r * cols + c] = values[r * cols + c] / scale;
    }
  const weight: TensorToWrite =
    form === 'fp4'
      ? { name: entry.name, dtype: 'I8', shape: [rows, cols / 2], bytes: packE2m1(formats.e2m1.encode(scaled)) }
      : { name: entry.name, dtype: 'F8_E4M3', shape: entry.shape, bytes: formats.e4m3fn.encode(scaled) };
  return [weight, { name: scaleNameOf(entry.name), dtype: 'F8_E8M0', shape: scaleShape, bytes: exponents }];
}
