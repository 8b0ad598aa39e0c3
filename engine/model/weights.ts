/**
 * Weights as the forward pass uses them: dequantised once at load (exact: scales are powers of two), packed for the kernels.
 *
 * A quantised matrix keeps its k-block length (128 for FP8, 32 for FP4), because the quantised modes sum block by block.
 * Multiplying dequantised operands block by block gives the same bits as multiplying codes and applying the two power-of-two
 * scales to the block's sum, barring underflow (specification sections 4.2 and 4.3).
 * @module
 */
import { compressRatio, CSA_RATIO, dequantise, FP4_BLOCK, scaleNameOf } from '../checkpoint/index.ts';
import type { Checkpoint, ModelConfig, Tensor } from '../checkpoint/index.ts';
import { roundBf16InPlace } from '../formats/index.ts';
import type { Kernels, PackedMatrix } from '../kernels/index.ts';

export interface Linear {
  readonly matrix: PackedMatrix;
  /** k-block of the stored quantisation (V4: 128 FP8, 32 FP4); 0 = stored unquantised, activations are never quantised for it. */
  readonly quantBlock: number;
}

export interface HyperConnectionWeights {
  readonly fn: PackedMatrix;
  readonly base: Float32Array;
  readonly scale: Float32Array;
}

export interface CompressorWeights {
  /** [ratio, width] */
  readonly ape: Float32Array;
  readonly wkv: Linear;
  readonly wgate: Linear;
  readonly norm: Float32Array;
}

export interface AttentionWeights {
  readonly sink: Float32Array;
  readonly wqA: Linear;
  readonly qNorm: Float32Array;
  readonly wqB: Linear;
  readonly wkv: Linear;
  readonly kvNorm: Float32Array;
  /** One matrix per output group; never block-summed. */
  readonly woA: readonly Linear[];
  readonly woB: Linear;
  readonly compressor: CompressorWeights | null;
  readonly indexer: {
    readonly wqB: Linear;
    readonly weightsProj: Linear;
    readonly compressor: CompressorWeights;
  } | null;
}

export interface ExpertWeights {
  readonly w1: Linear;
  readonly w2: Linear;
  readonly w3: Linear;
}

export interface MoeWeights {
  readonly gate: PackedMatrix;
  /** [experts], selection only; null on hash-routed layers */
  readonly bias: Float32Array | null;
  /** [vocab, expertsPerToken]; null where experts are selected by score */
  readonly expertsOfToken: Int32Array | null;
  readonly experts: readonly ExpertWeights[];
  readonly shared: ExpertWeights;
}

export interface BlockWeights {
  readonly hcAttn: HyperConnectionWeights;
  readonly hcFfn: HyperConnectionWeights;
  readonly attnNorm: Float32Array;
  readonly ffnNorm: Float32Array;
  readonly attn: AttentionWeights;
  readonly moe: MoeWeights;
}

export interface MtpWeights {
  readonly block: BlockWeights;
  readonly eProj: Linear;
  readonly hProj: Linear;
  readonly eNorm: Float32Array;
  readonly hNorm: Float32Array;
  readonly norm: Float32Array;
  readonly hcHead: HyperConnectionWeights;
}

export interface ModelWeights {
  /** [vocab, D] */
  readonly embed: Float32Array;
  readonly blocks: readonly BlockWeights[];
  readonly norm: Float32Array;
  readonly hcHead: HyperConnectionWeights;
  readonly head: PackedMatrix;
  readonly mtp: readonly MtpWeights[];
}

/** Dequantises and packs a whole checkpoint. The result is plain data over the kernels' memory: another thread can use it too. */
export function packWeights(checkpoint: Checkpoint, kernels: Kernels): ModelWeights {
  const reader = new WeightReader(checkpoint, kernels);
  const c = checkpoint.config;
  return {
    embed: reader.floats('embed.weight'),
    blocks: Array.from({ length: c.layers }, (_, i) => reader.block(`layers.${i}.`, i)),
    norm: reader.floats('norm.weight'),
    hcHead: reader.hyperConnection('hc_head'),
    head: reader.matrix('head.weight'),
    mtp: Array.from({ length: c.mtpLayers }, (_, i) => reader.mtp(`mtp.${i}.`, c.layers + i)),
  };
}

/** Reads single weights of a checkpoint. */
export class WeightReader {
  private readonly checkpoint: Checkpoint;
  private readonly kernels: Kernels | null;
  private readonly config: ModelConfig;

  /** @param kernels - null when nothing is to be packed */
  constructor(checkpoint: Checkpoint, kernels: Kernels | null) {
    this.checkpoint = checkpoint;
    this.kernels = kernels;
    this.config = checkpoint.config;
  }

  private tensor(name: string): Tensor {
    const tensor = this.checkpoint.tensors.get(name);
    if (tensor === undefined) throw new Error(`invariant: the inventory check let ${name} be missing`);
    return tensor;
  }

  /** A tensor as float32, where the kernels read it. */
  floats(name: string): Float32Array {
    const values = this.values(name);
    return this.kernels === null ? values : this.kernels.resident(values);
  }

  private values(name: string): Float32Array {
    return dequantise(this.tensor(name), this.checkpoint.tensors.get(scaleNameOf(name)), this.config.fp8Block);
  }

  matrix(name: string): PackedMatrix {
    return this.linear(name).matrix;
  }

  linear(name: string): Linear {
    const tensor = this.tensor(name);
    const quantBlock = tensor.dtype === 'F8_E4M3' ? this.config.fp8Block[1] : tensor.dtype === 'I8' ? FP4_BLOCK : 0;
    return { matrix: this.pack(this.values(name), tensor), quantBlock };
  }

  private packer(): Kernels {
    if (this.kernels === null) throw new Error('invariant: this reader packs nothing');
    return this.kernels;
  }

  private pack(values: Float32Array, tensor: Tensor): PackedMatrix {
    const out = tensor.shape[0];
    return this.packer().packMatrix(values, { out, in: values.length / out });
  }

  /** wo_a is stored FP8 but computed as a plain bfloat16 product per group: dequantised, rounded to bf16, never block-summed. */
  groupedOutput(name: string): Linear[] {
    const values = this.values(name);
    if (this.tensor(name).dtype === 'F8_E4M3') roundBf16InPlace(values);
    const { oGroups, oLoraRank } = this.config;
    const inner = values.length / (oGroups * oLoraRank);
    return Array.from({ length: oGroups }, (_, g) => ({
      matrix: this.packer().packMatrix(values.subarray(g * oLoraRank * inner, (g + 1) * oLoraRank * inner), {
        out: oLoraRank,
        in: inner,
      }),
      quantBlock: 0,
    }));
  }

  hyperConnection(prefix: string): HyperConnectionWeights {
    return {
      fn: this.matrix(`${prefix}_fn`),
      base: this.floats(`${prefix}_base`),
      scale: this.floats(`${prefix}_scale`),
    };
  }

  private compressor(prefix: string): CompressorWeights {
    return {
      ape: this.floats(`${prefix}ape`),
      wkv: this.linear(`${prefix}wkv.weight`),
      wgate: this.linear(`${prefix}wgate.weight`),
      norm: this.floats(`${prefix}norm.weight`),
    };
  }

  private expert(prefix: string): ExpertWeights {
    return {
      w1: this.linear(`${prefix}w1.weight`),
      w2: this.linear(`${prefix}w2.weight`),
      w3: this.linear(`${prefix}w3.weight`),
    };
  }

  private attention(prefix: string, ratio: number): AttentionWeights {
    return {
      sink: this.floats(`${prefix}attn_sink`),
      wqA: this.linear(`${prefix}wq_a.weight`),
      qNorm: this.floats(`${prefix}q_norm.weight`),
      wqB: this.linear(`${prefix}wq_b.weight`),
      wkv: this.linear(`${prefix}wkv.weight`),
      kvNorm: this.floats(`${prefix}kv_norm.weight`),
      woA: this.groupedOutput(`${prefix}wo_a.weight`),
      woB: this.linear(`${prefix}wo_b.weight`),
      compressor: ratio > 0 ? this.compressor(`${prefix}compressor.`) : null,
      indexer:
        ratio === CSA_RATIO
          ? {
              wqB: this.linear(`${prefix}indexer.wq_b.weight`),
              weightsProj: this.linear(`${prefix}indexer.weights_proj.weight`),
              compressor: this.compressor(`${prefix}indexer.compressor.`),
            }
          : null,
    };
  }

  private moe(prefix: string, hashRouted: boolean): MoeWeights {
    return {
      gate: this.matrix(`${prefix}gate.weight`),
      bias: hashRouted ? null : this.floats(`${prefix}gate.bias`),
      expertsOfToken: hashRouted ? this.expertTable(`${prefix}gate.tid2eid`) : null,
      experts: Array.from({ length: this.config.experts }, (_, e) => this.expert(`${prefix}experts.${e}.`)),
      shared: this.expert(`${prefix}shared_experts.`),
    };
  }

  private expertTable(name: string): Int32Array {
    const { bytes } = this.tensor(name);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const out = new Int32Array(bytes.length / 8);
    for (let i = 0; i < out.length; i++) {
      const expert = view.getBigInt64(i * 8, true);
      if (expert < 0n || expert >= BigInt(this.config.experts))
        throw new RangeError(`${name}[${i}]: expected an expert id below ${this.config.experts}, got ${expert}`);
      out[i] = Number(expert);
    }
    return out;
  }

  block(prefix: string, layer: number): BlockWeights {
    return {
      hcAttn: this.hyperConnection(`${prefix}hc_attn`),
      hcFfn: this.hyperConnection(`${prefix}hc_ffn`),
      attnNorm: this.floats(`${prefix}attn_norm.weight`),
      ffnNorm: this.floats(`${prefix}ffn_norm.weight`),
      attn: this.attention(`${prefix}attn.`, compressRatio(this.config, layer)),
      moe: this.moe(`${prefix}ffn.`, layer < this.config.hashLayers),
    };
  }

  mtp(prefix: string, layer: number): MtpWeights {
    return {
      block: this.block(prefix, layer),
      eProj: this.linear(`${prefix}e_proj.weight`),
      hProj: this.linear(`${prefix}h_proj.weight`),
      eNorm: this.floats(`${prefix}enorm.weight`),
      hNorm: this.floats(`${prefix}hnorm.weight`),
      norm: this.floats(`${prefix}norm.weight`),
      hcHead: this.hyperConnection(`${prefix}hc_head`),
    };
  }
}
