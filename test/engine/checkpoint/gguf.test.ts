import { describe, expect, it } from 'vitest';
import { buildCheckpoint, writeGguf } from '../../../engine/index.ts';

const checkpoint = buildCheckpoint({ preset: 'v4-tiny-hca128', seed: 'gguf' });

/** Reads a GGUF file by the format's description: metadata, and tensors with their first numbers. */
function read(file: Uint8Array): {
  metadata: Map<string, unknown>;
  tensors: Map<string, { shape: number[]; type: number; at: number }>;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const u32 = (): number => view.getUint32((at += 4) - 4, true);
  const u64 = (): number => Number(view.getBigUint64((at += 8) - 8, true));
  const text = (): string => {
    const length = u64();
    return new TextDecoder().decode(file.subarray(at, (at += length)));
  };
  const value = (type: number): unknown => {
    if (type === 4) return u32();
    if (type === 5) return u32() | 0;
    if (type === 6) return view.getFloat32((at += 4) - 4, true);
    if (type === 7) return file[at++] === 1;
    if (type === 8) return text();
    const of = u32();
    return Array.from({ length: u64() }, () => value(of));
  };
  expect(u32()).toBe(0x46554747);
  expect(u32()).toBe(3);
  const [tensorCount, keyCount] = [u64(), u64()];
  const metadata = new Map(Array.from({ length: keyCount }, () => [text(), value(u32())] as const));
  const listed = Array.from({ length: tensorCount }, () => {
    const name = text();
    const shape = Array.from({ length: u32() }, u64);
    return [name, { shape, type: u32(), at: u64() }] as const;
  });
  const data = Math.ceil(at / 32) * 32;
  return { metadata, tensors: new Map(listed.map(([name, t]) => [name, { ...t, at: data + t.at }])) };
}

describe('a GGUF file', () => {
  const file = writeGguf(checkpoint);
  const { metadata, tensors } = read(file);

  it('names the architecture and its sizes', () => {
    expect(metadata.get('general.architecture')).toBe('deepseek4');
    expect(metadata.get('deepseek4.attention.compress_ratios')).toEqual([0, 0, 4, 128, 4, 128]);
    expect(metadata.get('deepseek4.block_count')).toBe(6);
    const tokens = metadata.get('tokenizer.ggml.tokens') as string[];
    expect(tokens).toHaveLength(320);
    expect(new Set(tokens).size).toBe(320);
    expect([tokens[0], tokens[32], tokens[65], tokens[173], tokens[255]]).toEqual(['Ā', 'Ġ', 'A', 'Ń', 'ÿ']);
  });

  it('has every tensor with the file’s order of sizes, aligned, one after the other, to the end', () => {
    let end = 0;
    for (const { shape, at } of tensors.values()) {
      expect(at % 32).toBe(0);
      if (end > 0) expect(at).toBe(Math.ceil(end / 32) * 32);
      end = at + 4 * shape.reduce((all, size) => all * size, 1);
    }
    expect(file.length).toBe(Math.ceil(end / 32) * 32);
    expect(tensors.get('blk.0.ffn_down_exps.weight')).toMatchObject({ shape: [128, 128, 8], type: 0 });
    expect(tensors.get('blk.0.ffn_gate_tid2eid.weight')).toMatchObject({ shape: [2, 320], type: 26 });
    expect(tensors.get('blk.2.indexer_compressor_ape.weight')).toMatchObject({ shape: [256, 4] });
    expect([...tensors.keys()].some((name) => name.startsWith('blk.6.'))).toBe(false);
  });

  it('holds the checkpoint’s numbers, quantised ones with their scales applied', () => {
    const { at } = tensors.get('blk.0.attn_q_a.weight')!;
    const codes = checkpoint.tensors.get('layers.0.attn.wq_a.weight')!;
    const scale = 2 ** (checkpoint.tensors.get('layers.0.attn.wq_a.scale')!.bytes[0] - 127);
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    for (let i = 0; i < 50; i++) {
      const [exponent, mantissa] = [(codes.bytes[i] >> 3) & 15, codes.bytes[i] & 7];
      const magnitude = exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10);
      expect(view.getFloat32(at + 4 * i, true)).toBe((codes.bytes[i] & 128 ? -1 : 1) * magnitude * scale);
    }
  });

  it('is refused for a model that the architecture cannot hold', () => {
    const other = buildCheckpoint({ preset: 'v4-tiny-engram', seed: 'gguf' });
    expect(() => writeGguf(other)).toThrow(/compress_ratios: expected ratios 0, 4, 128, got 0, 0, 4, 16, 4, 16/);
    expect(() => writeGguf(other)).toThrow(/memory: expected no conditional memory/);
  });
});
