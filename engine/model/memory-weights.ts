/**
 * Weights and tables of the conditional memory, per memory layer. Tables keep their codes; only what is looked up is decoded.
 * @module
 */
import { scaleNameOf } from '../checkpoint/index.ts';
import type { Checkpoint } from '../checkpoint/index.ts';
import type { Kernels } from '../kernels/index.ts';
import { f32Content, fp8Content } from '../memory/index.ts';
import type { PaperWeights, TableContent, V41GateWeights } from '../memory/index.ts';
import type { Linear } from './weights.ts';
import { WeightReader } from './weights.ts';

export interface BiasedLinear {
  readonly linear: Linear;
  readonly bias: Float32Array;
}

export type MemoryWeights =
  | { readonly form: 'v41'; readonly wkv: Linear; readonly gate: V41GateWeights }
  | {
      readonly form: 'paper';
      readonly keys: readonly BiasedLinear[];
      readonly value: BiasedLinear;
      readonly conv: PaperWeights;
    };

/** One per memory layer; none without a memory. */
export function packMemory(checkpoint: Checkpoint, kernels: Kernels): MemoryWeights[] {
  const { memory, hcMult } = checkpoint.config;
  if (memory === null) return [];
  const reader = new WeightReader(checkpoint, kernels);
  return memory.layerIds.map((layer): MemoryWeights => {
    const prefix = `layers.${layer}.engram.`;
    if (memory.form === 'v41')
      return {
        form: 'v41',
        wkv: reader.linear(`${prefix}wkv.weight`),
        gate: { q: reader.floats(`${prefix}q_weight`), k: reader.floats(`${prefix}k_weight`) },
      };
    const biased = (name: string): BiasedLinear => ({
      linear: reader.linear(`${prefix}${name}.weight`),
      bias: reader.floats(`${prefix}${name}.bias`),
    });
    const norms = (name: string): Float32Array[] =>
      Array.from({ length: hcMult }, (_, g) => reader.floats(`${prefix}${name}.${g}.weight`));
    return {
      form: 'paper',
      keys: Array.from({ length: hcMult }, (_, g) => biased(`key_projs.${g}`)),
      value: biased('value_proj'),
      conv: {
        keyNorm: norms('norm1'),
        queryNorm: norms('norm2'),
        convNorm: norms('short_conv.norms'),
        conv: reader.floats(`${prefix}short_conv.conv.weight`),
        kernel: memory.convKernel,
        dilation: memory.maxNgram,
      },
    };
  });
}

/** The tables' bytes, one per memory layer. */
export function memoryTables(checkpoint: Checkpoint): TableContent[] {
  const { memory } = checkpoint.config;
  if (memory === null) return [];
  return memory.layerIds.map((layer, i) => {
    const prefix = `layers.${layer}.engram.`;
    const name = memory.form === 'v41' ? `${prefix}embed.weight` : `${prefix}multi_head_embedding.embedding.weight`;
    const tensor = checkpoint.tensors.get(name);
    const scale = checkpoint.tensors.get(scaleNameOf(name));
    if (tensor === undefined) throw new Error(`invariant: the inventory check let ${name} be missing`);
    if (tensor.dtype === 'F8_E4M3' && scale !== undefined)
      return fp8Content(tensor.bytes, scale.bytes, memory.rows[i], memory.headDim);
    return f32Content(new WeightReader(checkpoint, null).floats(name), memory.rows[i], memory.headDim);
  });
}
