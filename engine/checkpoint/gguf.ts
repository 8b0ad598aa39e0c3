/**
 * GGUF: a checkpoint in the format and names of llama.cpp's `deepseek4` architecture, all weights float32.
 *
 * What that architecture takes: window, CSA and HCA layers with ratios 0, 4 and 128, sqrtsoftplus scoring, no conditional memory. The
 * MTP layer is left out. The vocabulary is the byte tokenizer's.
 * Source: the GGUF format, version 3 (ggml-org/ggml docs/gguf.md); tensor and key names of llama.cpp v0.5.0 (src/llama-arch.cpp,
 * src/models/deepseek4.cpp).
 * @module
 */
import type { Checkpoint } from './checkpoint.ts';
import { compressRatio, CSA_RATIO } from './config.ts';
import type { ModelConfig } from './config.ts';
import { dequantise } from './dequantise.ts';
import { CheckpointError } from './errors.ts';
import { scaleNameOf } from './checkpoint.ts';

const MAGIC = 0x46554747;
const VERSION = 3;
const ALIGNMENT = 32;
/** The ratios that the architecture knows. */
const RATIOS = [0, 4, 128];
const GATING_SQRT_SOFTPLUS = 4;
/** Value types of metadata. */
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, text: 8, list: 9 } as const;
/** Types of tensors. */
const F32 = 0;
const I32 = 26;
const TOKEN_NORMAL = 1;
const TOKEN_CONTROL = 3;

type Scalar = Exclude<keyof typeof TYPE, 'list'>;
type Metadata = readonly [key: string, type: Scalar | `${Scalar}[]`, value: unknown];

interface GgufTensor {
  readonly name: string;
  /** Outermost first, as in a checkpoint; the file has them the other way round. */
  readonly shape: readonly number[];
  readonly type: typeof F32 | typeof I32;
  readonly values: () => Float32Array | Int32Array;
}

/**
 * The whole file.
 *
 * @throws CheckpointError when the checkpoint is none that llama.cpp's architecture can hold
 */
export function writeGguf(checkpoint: Checkpoint): Uint8Array {
  const { config } = checkpoint;
  checkArchitecture(config);
  const tensors = ggufTensors(checkpoint);
  const out = new Writer();
  out.u32(MAGIC);
  out.u32(VERSION);
  out.u64(tensors.length);
  const metadata = ggufMetadata(config);
  out.u64(metadata.length);
  for (const [key, type, value] of metadata) {
    out.text(key);
    if (type.endsWith('[]')) {
      const of = type.slice(0, -2) as Scalar;
      const list = value as readonly unknown[];
      out.u32(TYPE.list);
      out.u32(TYPE[of]);
      out.u64(list.length);
      for (const item of list) out.value(of, item);
    } else {
      out.u32(TYPE[type as Scalar]);
      out.value(type as Scalar, value);
    }
  }
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    out.text(name);
    out.u32(shape.length);
    for (const size of [...shape].reverse()) out.u64(size);
    out.u32(type);
    out.u64(offset);
    offset += aligned(bytesOf(shape));
  }
  out.align();
  for (const tensor of tensors) {
    out.numbers(tensor.values());
    out.align();
  }
  return out.bytes();
}

const bytesOf = (shape: readonly number[]): number => 4 * shape.reduce((all, size) => all * size, 1);
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function checkArchitecture(config: ModelConfig): void {
  const ratios = Array.from({ length: config.layers }, (_, layer) => compressRatio(config, layer));
  const problems: [string, string, string][] = [];
  if (!ratios.every((ratio) => RATIOS.includes(ratio)))
    problems.push(['compress_ratios', `ratios ${RATIOS.join(', ')}`, ratios.join(', ')]);
  if (config.memory !== null) problems.push(['memory', 'no conditional memory', config.memory.form]);
  if (config.scoring !== 'sqrtsoftplus') problems.push(['scoring_func', 'sqrtsoftplus', config.scoring]);
  if (config.hcMult !== 4) problems.push(['hc_mult', '4', String(config.hcMult)]);
  if (problems.length > 0)
    throw new CheckpointError(
      problems.map(([at, expected, got]) => ({ file: 'GGUF (architecture deepseek4)', at, expected, got })),
    );
}

function ggufMetadata(c: ModelConfig): Metadata[] {
  const own = (key: string, type: Metadata[1], value: unknown): Metadata => [`deepseek4.${key}`, type, value];
  const layers = Array.from({ length: c.layers }, (_, layer) => layer);
  const yarn: Metadata[] =
    c.yarn === null
      ? []
      : [
          own('rope.scaling.type', 'text', 'yarn'),
          own('rope.scaling.factor', 'f32', c.yarn.factor),
          own('rope.scaling.original_context_length', 'u32', c.yarn.originalMaxPositions),
          own('rope.scaling.yarn_beta_fast', 'f32', c.yarn.betaFast),
          own('rope.scaling.yarn_beta_slow', 'f32', c.yarn.betaSlow),
        ];
  return [
    ['general.architecture', 'text', 'deepseek4'],
    ['general.name', 'text', 'evenkeel checkpoint'],
    ['general.alignment', 'u32', ALIGNMENT],
    ['general.file_type', 'u32', 0],
    own('vocab_size', 'u32', c.vocabSize),
    own('context_length', 'u32', c.maxPositions),
    own('embedding_length', 'u32', c.hiddenSize),
    own('block_count', 'u32', c.layers),
    own('feed_forward_length', 'u32', c.expertInterSize),
    own('attention.head_count', 'u32', c.heads),
    own('attention.head_count_kv', 'u32', 1),
    own('attention.key_length', 'u32', c.headDim),
    own('attention.value_length', 'u32', c.headDim),
    own('attention.layer_norm_rms_epsilon', 'f32', c.rmsNormEps),
    own('attention.q_lora_rank', 'u32', c.qLoraRank),
    own('attention.output_lora_rank', 'u32', c.oLoraRank),
    own('attention.output_group_count', 'u32', c.oGroups),
    own('attention.sliding_window', 'u32', c.windowSize),
    own(
      'attention.compress_ratios',
      'u32[]',
      layers.map((layer) => compressRatio(c, layer)),
    ),
    own('attention.compress_rope_freq_base', 'f32', c.compressRopeTheta),
    own('attention.indexer.head_count', 'u32', c.indexHeads),
    own('attention.indexer.key_length', 'u32', c.indexHeadDim),
    own('attention.indexer.top_k', 'u32', c.indexTopK),
    own('rope.dimension_count', 'u32', c.ropeDim),
    own('rope.freq_base', 'f32', c.ropeTheta),
    ...yarn,
    own('expert_count', 'u32', c.experts),
    own('expert_used_count', 'u32', c.expertsPerToken),
    own('expert_shared_count', 'u32', c.sharedExperts),
    own('expert_feed_forward_length', 'u32', c.expertInterSize),
    own('expert_weights_scale', 'f32', c.routedScale),
    own('expert_weights_norm', 'bool', c.normTopKProb),
    own('expert_gating_func', 'u32', GATING_SQRT_SOFTPLUS),
    own(
      'swiglu_clamp_exp',
      'f32[]',
      layers.map(() => c.swigluLimit),
    ),
    own('hash_layer_count', 'u32', c.hashLayers),
    own('hyper_connection.count', 'u32', c.hcMult),
    own('hyper_connection.sinkhorn_iterations', 'u32', c.hcSinkhornIterations),
    own('hyper_connection.epsilon', 'f32', c.hcEps),
    ...tokenizerMetadata(c.vocabSize),
  ];
}

/** Bytes, then control tokens: a byte-level vocabulary without merges. */
function tokenizerMetadata(vocabSize: number): Metadata[] {
  const tokens = Array.from({ length: vocabSize }, (_, id) => (id < 256 ? byteToken(id) : `<|${id}|>`));
  return [
    ['tokenizer.ggml.model', 'text', 'gpt2'],
    ['tokenizer.ggml.pre', 'text', 'default'],
    ['tokenizer.ggml.tokens', 'text[]', tokens],
    ['tokenizer.ggml.token_type', 'i32[]', tokens.map((_, id) => (id < 256 ? TOKEN_NORMAL : TOKEN_CONTROL))],
    ['tokenizer.ggml.merges', 'text[]', []],
    ['tokenizer.ggml.bos_token_id', 'u32', 256],
    ['tokenizer.ggml.eos_token_id', 'u32', 257],
    ['tokenizer.ggml.add_bos_token', 'bool', false],
  ];
}

/** The printable letter that a byte-level vocabulary has for a byte: itself where it prints, else one from U+0100 on. */
function byteToken(byte: number): string {
  const prints = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  if (prints(byte)) return String.fromCodePoint(byte);
  let hidden = 0;
  for (let b = 0; b < byte; b++) if (!prints(b)) hidden++;
  return String.fromCodePoint(256 + hidden);
}

function ggufTensors(checkpoint: Checkpoint): GgufTensor[] {
  const { config: c } = checkpoint;
  const floats = (name: string): Float32Array => {
    const tensor = checkpoint.tensors.get(name);
    if (tensor === undefined) throw new Error(`invariant: the inventory check let ${name} be missing`);
    return dequantise(tensor, checkpoint.tensors.get(scaleNameOf(name)), c.fp8Block);
  };
  const out: GgufTensor[] = [];
  const add = (name: string, shape: readonly number[], source: string): void => {
    out.push({ name, shape, type: F32, values: () => floats(source) });
  };
  const [D, mixes] = [c.hiddenSize, (2 + c.hcMult) * c.hcMult];
  add('token_embd.weight', [c.vocabSize, D], 'embed.weight');
  add('output.weight', [c.vocabSize, D], 'head.weight');
  add('output_norm.weight', [D], 'norm.weight');
  add('output_hc_fn.weight', [c.hcMult, c.hcMult * D], 'hc_head_fn');
  add('output_hc_base.weight', [c.hcMult], 'hc_head_base');
  add('output_hc_scale.weight', [1], 'hc_head_scale');
  for (let layer = 0; layer < c.layers; layer++) {
    const ratio = compressRatio(c, layer);
    const from = `layers.${layer}.`;
    const attn = `${from}attn.`;
    const own = (name: string, shape: readonly number[], source: string): void =>
      add(`blk.${layer}.${name}`, shape, source);
    for (const site of ['attn', 'ffn']) {
      own(`hc_${site}_fn.weight`, [mixes, c.hcMult * D], `${from}hc_${site}_fn`);
      own(`hc_${site}_base.weight`, [mixes], `${from}hc_${site}_base`);
      own(`hc_${site}_scale.weight`, [3], `${from}hc_${site}_scale`);
      own(`${site}_norm.weight`, [D], `${from}${site}_norm.weight`);
    }
    own('attn_sinks.weight', [c.heads], `${attn}attn_sink`);
    own('attn_q_a.weight', [c.qLoraRank, D], `${attn}wq_a.weight`);
    own('attn_q_a_norm.weight', [c.qLoraRank], `${attn}q_norm.weight`);
    own('attn_q_b.weight', [c.heads * c.headDim, c.qLoraRank], `${attn}wq_b.weight`);
    own('attn_kv.weight', [c.headDim, D], `${attn}wkv.weight`);
    own('attn_kv_a_norm.weight', [c.headDim], `${attn}kv_norm.weight`);
    const inner = (c.heads * c.headDim) / c.oGroups;
    own('attn_output_a.weight', [c.oGroups * c.oLoraRank, inner], `${attn}wo_a.weight`);
    own('attn_output_b.weight', [D, c.oGroups * c.oLoraRank], `${attn}wo_b.weight`);
    const compressor = (name: string, source: string, dim: number): void => {
      const width = (ratio === CSA_RATIO ? 2 : 1) * dim;
      own(`${name}_kv.weight`, [width, D], `${source}wkv.weight`);
      own(`${name}_gate.weight`, [width, D], `${source}wgate.weight`);
      own(`${name}_ape.weight`, [ratio, width], `${source}ape`);
      own(`${name}_norm.weight`, [dim], `${source}norm.weight`);
    };
    if (ratio > 0) compressor('attn_compressor', `${attn}compressor.`, c.headDim);
    if (ratio === CSA_RATIO) {
      own('indexer.proj.weight', [c.indexHeads, D], `${attn}indexer.weights_proj.weight`);
      own('indexer.attn_q_b.weight', [c.indexHeads * c.indexHeadDim, c.qLoraRank], `${attn}indexer.wq_b.weight`);
      compressor('indexer_compressor', `${attn}indexer.compressor.`, c.indexHeadDim);
    }
    const ffn = `${from}ffn.`;
    own('ffn_gate_inp.weight', [c.experts, D], `${ffn}gate.weight`);
    if (layer < c.hashLayers)
      out.push({
        name: `blk.${layer}.ffn_gate_tid2eid.weight`,
        shape: [c.vocabSize, c.expertsPerToken],
        type: I32,
        values: () => expertTable(checkpoint, `${ffn}gate.tid2eid`),
      });
    else own('exp_probs_b.bias', [c.experts], `${ffn}gate.bias`);
    for (const [name, source, rows, columns] of [
      ['gate', 'w1', c.expertInterSize, D],
      ['down', 'w2', D, c.expertInterSize],
      ['up', 'w3', c.expertInterSize, D],
    ] as const) {
      out.push({
        name: `blk.${layer}.ffn_${name}_exps.weight`,
        shape: [c.experts, rows, columns],
        type: F32,
        values: () => {
          const all = new Float32Array(c.experts * rows * columns);
          for (let e = 0; e < c.experts; e++)
            all.set(floats(`${ffn}experts.${e}.${source}.weight`), e * rows * columns);
          return all;
        },
      });
      const shared = name === 'down' ? [rows, columns * c.sharedExperts] : [rows * c.sharedExperts, columns];
      own(`ffn_${name}_shexp.weight`, shared, `${ffn}shared_experts.${source}.weight`);
    }
  }
  return out;
}

function expertTable(checkpoint: Checkpoint, name: string): Int32Array {
  const { bytes } = checkpoint.tensors.get(name)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}

const utf8 = new TextEncoder();

/** A growing little-endian file. */
class Writer {
  private data = new Uint8Array(1 << 20);
  private view = new DataView(this.data.buffer);
  private at = 0;

  private room(bytes: number): number {
    if (this.at + bytes > this.data.length) {
      const larger = new Uint8Array(Math.max(2 * this.data.length, this.at + bytes));
      larger.set(this.data.subarray(0, this.at));
      this.data = larger;
      this.view = new DataView(larger.buffer);
    }
    const from = this.at;
    this.at += bytes;
    return from;
  }

  u32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value, true);
  }

  u64(value: number): void {
    const at = this.room(8);
    this.view.setBigUint64(at, BigInt(value), true);
  }

  text(value: string): void {
    const bytes = utf8.encode(value);
    this.u64(bytes.length);
    const at = this.room(bytes.length);
    this.data.set(bytes, at);
  }

  value(type: Scalar, value: unknown): void {
    switch (type) {
      case 'u32':
        return this.u32(value as number);
      case 'i32':
        return this.u32((value as number) >>> 0);
      case 'f32': {
        const at = this.room(4);
        return this.view.setFloat32(at, value as number, true);
      }
      case 'bool': {
        const at = this.room(1);
        return this.view.setUint8(at, value === true ? 1 : 0);
      }
      case 'text':
        return this.text(value as string);
    }
  }

  numbers(values: Float32Array | Int32Array): void {
    const at = this.room(values.length * 4);
    if (values instanceof Float32Array) values.forEach((v, i) => this.view.setFloat32(at + i * 4, v, true));
    else values.forEach((v, i) => this.view.setInt32(at + i * 4, v, true));
  }

  align(): void {
    this.room(aligned(this.at) - this.at);
  }

  bytes(): Uint8Array {
    return this.data.subarray(0, this.at);
  }
}
