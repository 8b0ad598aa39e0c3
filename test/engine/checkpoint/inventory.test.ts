import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../../../engine/checkpoint/config.ts';
import { countByDtype, tensorInventory } from '../../../engine/checkpoint/inventory.ts';
import { presetConfig } from '../../../engine/checkpoint/seeded.ts';

const alternate = (pairs: number): number[] => Array.from({ length: pairs }, () => [4, 128]).flat();

/** Source: specification sections 2.1 and 19. */
const flash = {
  ...presetConfig('v4-tiny'),
  vocab_size: 129280,
  hidden_size: 4096,
  num_hidden_layers: 43,
  num_attention_heads: 64,
  q_lora_rank: 1024,
  o_groups: 8,
  o_lora_rank: 1024,
  sliding_window: 128,
  compress_ratios: [0, 0, ...alternate(20), 4, 0],
  index_n_heads: 64,
  index_topk: 512,
  n_routed_experts: 256,
  num_experts_per_tok: 6,
  moe_intermediate_size: 2048,
  num_hash_layers: 3,
};
const pro = {
  ...flash,
  hidden_size: 7168,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  q_lora_rank: 1536,
  o_groups: 16,
  compress_ratios: [128, 128, ...alternate(29), 4, 0],
  index_topk: 1024,
  n_routed_experts: 384,
  moe_intermediate_size: 3072,
};
const total = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('the tensor inventory', () => {
  it('of V4-Flash has the 69,187 tensors of the released checkpoint, by dtype', () => {
    const counts = countByDtype(parseModelConfig(flash));
    expect(counts).toEqual({ BF16: 433, F32: 417, F8_E4M3: 375, F8_E8M0: 34167, I64: 3, I8: 33792 });
    expect(total(counts)).toBe(69_187);
  });

  it('of V4-Flash has 1,575 tensors in the MTP part, scales included', () => {
    const mtp = tensorInventory(parseModelConfig(flash)).filter(({ name }) => name.startsWith('mtp.'));
    const scales = mtp.filter(({ form }) => form === 'fp8' || form === 'fp4');
    expect(mtp.length + scales.length).toBe(1575);
  });

  it('of V4-Pro has 145,116 tensors by the same rule', () => {
    expect(total(countByDtype(parseModelConfig(pro)))).toBe(145_116);
  });

  it('names every tensor once', () => {
    const names = tensorInventory(parseModelConfig(presetConfig('v4-tiny'))).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
