/**
 * Tensor inventory: every tensor that a config asks for, with its shape, in the names of the released checkpoint.
 *
 * The V4-Flash config gives 69,187 tensors in the released (FP8 + FP4) form; `countByDtype` proves it.
 * Source: specification section 18.
 * @module
 */
import { compressRatio, compressorWidth, CSA_RATIO } from './config.ts';
import type { ModelConfig } from './config.ts';

/** How the released checkpoint stores a tensor; the loader also accepts BF16 and F32 in place of the quantised forms. */
/** `fp8-rows`: e4m3 with one scale per row and 32 columns (memory tables). */
export type ReleasedForm = 'bf16' | 'f32' | 'fp8' | 'fp8-rows' | 'fp4' | 'i64';

export interface InventoryEntry {
  readonly name: string;
  /** Logical shape; an fp4 tensor is stored as [out, in / 2] bytes. */
  readonly shape: readonly number[];
  readonly form: ReleasedForm;
}

export const FP4_BLOCK = 32;

/** Everything the config asks for, in file order. A quantised `x.weight` implies `x.scale`. */
export function tensorInventory(c: ModelConfig): InventoryEntry[] {
  const out: InventoryEntry[] = [
    { name: 'embed.weight', shape: [c.vocabSize, c.hiddenSize], form: 'bf16' },
    { name: 'head.weight', shape: [c.vocabSize, c.hiddenSize], form: 'bf16' },
    { name: 'norm.weight', shape: [c.hiddenSize], form: 'bf16' },
    ...headMixEntries('', c),
    ...memoryEntries(c),
  ];
  for (let layer = 0; layer < c.layers; layer++) out.push(...blockEntries(`layers.${layer}.`, layer, c));
  for (let i = 0; i < c.mtpLayers; i++) {
    const prefix = `mtp.${i}.`;
    out.push(...blockEntries(prefix, c.layers + i, c));
    out.push(
      { name: `${prefix}e_proj.weight`, shape: [c.hiddenSize, c.hiddenSize], form: 'fp8' },
      { name: `${prefix}h_proj.weight`, shape: [c.hiddenSize, c.hiddenSize], form: 'fp8' },
      { name: `${prefix}enorm.weight`, shape: [c.hiddenSize], form: 'bf16' },
      { name: `${prefix}hnorm.weight`, shape: [c.hiddenSize], form: 'bf16' },
      { name: `${prefix}norm.weight`, shape: [c.hiddenSize], form: 'bf16' },
      ...headMixEntries(prefix, c),
    );
  }
  return out;
}

/** The collapse of the hyper-connection streams before a head. */
function headMixEntries(prefix: string, c: ModelConfig): InventoryEntry[] {
  return [
    { name: `${prefix}hc_head_fn`, shape: [c.hcMult, c.hcMult * c.hiddenSize], form: 'f32' },
    { name: `${prefix}hc_head_base`, shape: [c.hcMult], form: 'f32' },
    { name: `${prefix}hc_head_scale`, shape: [1], form: 'f32' },
  ];
}

function blockEntries(prefix: string, layer: number, c: ModelConfig): InventoryEntry[] {
  const D = c.hiddenSize;
  const mixes = (2 + c.hcMult) * c.hcMult;
  const ratio = compressRatio(c, layer);
  const attn = `${prefix}attn.`;
  const out: InventoryEntry[] = [];
  for (const site of ['attn', 'ffn'])
    out.push(
      { name: `${prefix}hc_${site}_fn`, shape: [mixes, c.hcMult * D], form: 'f32' },
      { name: `${prefix}hc_${site}_base`, shape: [mixes], form: 'f32' },
      { name: `${prefix}hc_${site}_scale`, shape: [3], form: 'f32' },
    );
  out.push(
    { name: `${prefix}attn_norm.weight`, shape: [D], form: 'bf16' },
    { name: `${prefix}ffn_norm.weight`, shape: [D], form: 'bf16' },
    { name: `${attn}attn_sink`, shape: [c.heads], form: 'f32' },
    { name: `${attn}wq_a.weight`, shape: [c.qLoraRank, D], form: 'fp8' },
    { name: `${attn}q_norm.weight`, shape: [c.qLoraRank], form: 'bf16' },
    { name: `${attn}wq_b.weight`, shape: [c.heads * c.headDim, c.qLoraRank], form: 'fp8' },
    { name: `${attn}wkv.weight`, shape: [c.headDim, D], form: 'fp8' },
    { name: `${attn}kv_norm.weight`, shape: [c.headDim], form: 'bf16' },
    { name: `${attn}wo_a.weight`, shape: [c.oGroups * c.oLoraRank, (c.heads * c.headDim) / c.oGroups], form: 'fp8' },
    { name: `${attn}wo_b.weight`, shape: [D, c.oGroups * c.oLoraRank], form: 'fp8' },
  );
  if (ratio > 0) out.push(...compressorEntries(`${attn}compressor.`, ratio, c.headDim, D));
  if (ratio === CSA_RATIO) {
    out.push(
      { name: `${attn}indexer.wq_b.weight`, shape: [c.indexHeads * c.indexHeadDim, c.qLoraRank], form: 'fp8' },
      { name: `${attn}indexer.weights_proj.weight`, shape: [c.indexHeads, D], form: 'bf16' },
      ...compressorEntries(`${attn}indexer.compressor.`, ratio, c.indexHeadDim, D),
    );
  }
  const ffn = `${prefix}ffn.`;
  out.push({ name: `${ffn}gate.weight`, shape: [c.experts, D], form: 'bf16' });
  // The first `hashLayers` blocks route by a frozen table; they have no selection bias.
  if (layer < c.hashLayers)
    out.push({ name: `${ffn}gate.tid2eid`, shape: [c.vocabSize, c.expertsPerToken], form: 'i64' });
  else out.push({ name: `${ffn}gate.bias`, shape: [c.experts], form: 'f32' });
  for (let e = 0; e < c.experts; e++) out.push(...expertEntries(`${ffn}experts.${e}.`, c.expertInterSize, D, 'fp4'));
  out.push(...expertEntries(`${ffn}shared_experts.`, c.expertInterSize * c.sharedExperts, D, 'fp8'));
  return out;
}

/** Conditional memory: names of V4.1, and for the paper's form those of its demo code. */
function memoryEntries({ memory, hcMult, hiddenSize: D }: ModelConfig): InventoryEntry[] {
  if (memory === null) return [];
  const inner = (memory.maxNgram - 1) * memory.headsPerNgram * memory.headDim;
  return memory.layerIds.flatMap((layer, i): InventoryEntry[] => {
    const prefix = `layers.${layer}.engram.`;
    if (memory.form === 'v41')
      return [
        { name: `${prefix}embed.weight`, shape: [memory.rows[i], memory.headDim], form: 'fp8-rows' },
        { name: `${prefix}wkv.weight`, shape: [(hcMult + 1) * D, inner], form: 'fp8' },
        { name: `${prefix}q_weight`, shape: [hcMult, D], form: 'bf16' },
        { name: `${prefix}k_weight`, shape: [hcMult, D], form: 'bf16' },
      ];
    const streams = Array.from({ length: hcMult }, (_, g) => g);
    const norm = (name: string): InventoryEntry => ({ name: `${prefix}${name}.weight`, shape: [D], form: 'f32' });
    return [
      { name: `${prefix}multi_head_embedding.embedding.weight`, shape: [memory.rows[i], memory.headDim], form: 'f32' },
      { name: `${prefix}value_proj.weight`, shape: [D, inner], form: 'f32' },
      { name: `${prefix}value_proj.bias`, shape: [D], form: 'f32' },
      ...streams.flatMap((g): InventoryEntry[] => [
        { name: `${prefix}key_projs.${g}.weight`, shape: [D, inner], form: 'f32' },
        { name: `${prefix}key_projs.${g}.bias`, shape: [D], form: 'f32' },
        norm(`norm1.${g}`),
        norm(`norm2.${g}`),
        norm(`short_conv.norms.${g}`),
      ]),
      { name: `${prefix}short_conv.conv.weight`, shape: [hcMult * D, 1, memory.convKernel], form: 'f32' },
    ];
  });
}

function compressorEntries(prefix: string, ratio: number, dim: number, hidden: number): InventoryEntry[] {
  const width = compressorWidth(ratio) * dim;
  return [
    { name: `${prefix}ape`, shape: [ratio, width], form: 'f32' },
    { name: `${prefix}wkv.weight`, shape: [width, hidden], form: 'bf16' },
    { name: `${prefix}wgate.weight`, shape: [width, hidden], form: 'bf16' },
    { name: `${prefix}norm.weight`, shape: [dim], form: 'bf16' },
  ];
}

function expertEntries(prefix: string, inter: number, hidden: number, form: 'fp4' | 'fp8'): InventoryEntry[] {
  return [
    { name: `${prefix}w1.weight`, shape: [inter, hidden], form },
    { name: `${prefix}w2.weight`, shape: [hidden, inter], form },
    { name: `${prefix}w3.weight`, shape: [inter, hidden], form },
  ];
}

/** Tensors by stored dtype in the released form, scales included. */
export function countByDtype(
  config: ModelConfig,
): Record<'BF16' | 'F32' | 'F8_E4M3' | 'F8_E8M0' | 'I64' | 'I8', number> {
  const counts = { BF16: 0, F32: 0, F8_E4M3: 0, F8_E8M0: 0, I64: 0, I8: 0 };
  for (const { form } of tensorInventory(config)) {
    if (form === 'bf16') counts.BF16++;
    else if (form === 'f32') counts.F32++;
    else if (form === 'i64') counts.I64++;
    else {
      counts[form === 'fp4' ? 'I8' : 'F8_E4M3']++;
      counts.F8_E8M0++;
    }
  }
  return counts;
}
