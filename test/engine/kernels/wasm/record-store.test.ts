import { describe, expect, it } from 'vitest';
import { SharedHeap } from '../../../../engine/kernels/wasm/heap.ts';
import { RecordStore } from '../../../../engine/kernels/wasm/record-store.ts';

describe('record memory in the kernels memory', () => {
  it('gives blocks that do not overlap, all zero, where the kernels read them', () => {
    const heap = new SharedHeap();
    const memory = new RecordStore(heap).open();
    const blocks = Array.from({ length: 20 }, (_, i) => memory.take(100 + i));
    blocks.forEach((block, i) => block.fill(i + 1));
    blocks.forEach((block, i) => {
      expect(heap.owns(block)).toBe(true);
      expect(block.every((byte) => byte === i + 1)).toBe(true);
    });
    expect(memory.take(64).every((byte) => byte === 0)).toBe(true);
  });

  it('uses blocks again after close, cleared, and takes no more memory for the same sizes', () => {
    const store = new RecordStore(new SharedHeap());
    const first = store.open();
    first.take(584).fill(7);
    first.take(68).fill(9);
    const { reserved } = store;
    first.close();
    for (let round = 0; round < 50; round++) {
      const next = store.open();
      expect(next.take(584).every((byte) => byte === 0)).toBe(true);
      next.take(68).fill(round);
      next.close();
    }
    expect(store.reserved).toBe(reserved);
  });

  it('gives a block to one owner only, also when an owner is closed twice', () => {
    const store = new RecordStore(new SharedHeap());
    const first = store.open();
    first.take(128);
    first.close();
    first.close();
    const [a, b] = [store.open().take(128), store.open().take(128)];
    a.fill(1);
    expect(b.every((byte) => byte === 0)).toBe(true);
  });

  it('is ordinary memory beyond its limit', () => {
    const heap = new SharedHeap();
    const memory = new RecordStore(heap, 1000).open();
    expect(heap.owns(memory.take(900))).toBe(true);
    const beyond = memory.take(200);
    expect(heap.owns(beyond)).toBe(false);
    expect(beyond).toHaveLength(200);
  });
});
