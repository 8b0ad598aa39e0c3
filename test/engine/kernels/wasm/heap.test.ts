import { describe, expect, it } from 'vitest';
import { scoped } from '../../../../engine/kernels/arena.ts';
import { HeapArena, SharedHeap } from '../../../../engine/kernels/wasm/heap.ts';

describe('the heap', () => {
  it('keeps arrays valid and apart when the memory grows', () => {
    const heap = new SharedHeap();
    const before = heap.floats(heap.allocate(40), 10).fill(7);
    const others = Array.from({ length: 8 }, () => heap.floats(heap.allocate(1 << 20), 1 << 18).fill(1));
    expect([...before]).toEqual(new Array(10).fill(7));
    expect([before, ...others].every((x) => heap.owns(x))).toBe(true);
    before.fill(2);
    expect(others.every((x) => x[0] === 1 && x[x.length - 1] === 1)).toBe(true);
  });

  it('is shared with whoever has its memory: places never overlap', () => {
    const one = new SharedHeap();
    const two = new SharedHeap(one.memory);
    const a = one.allocate(100);
    const b = two.allocate(100);
    const c = one.allocate(100);
    expect(new Set([a, b, c]).size).toBe(3);
    one.floats(a, 25).fill(3);
    expect(two.floats(a, 25)[24]).toBe(3);
    expect(Math.min(Math.abs(a - b), Math.abs(b - c))).toBeGreaterThanOrEqual(100);
  });

  it('does not take arrays of others for its own', () => {
    expect(new SharedHeap().owns(new Float32Array(3))).toBe(false);
    expect(new SharedHeap().owns(new SharedHeap().floats(65_536, 3))).toBe(false);
  });
});

describe('the arena', () => {
  it('gives back what was taken since a mark, and the same array again for the same request', () => {
    const arena = new HeapArena(new SharedHeap());
    const kept = arena.floats(5);
    const mark = arena.mark();
    const first = arena.floats(100);
    arena.ints(3);
    arena.release(mark);
    expect(arena.floats(100)).toBe(first);
    expect(kept.byteOffset + 20).toBeLessThanOrEqual(first.byteOffset);
  });

  it('goes on in further chunks and comes back to the first', () => {
    const arena = new HeapArena(new SharedHeap());
    const mark = arena.mark();
    const arrays = Array.from({ length: 12 }, (_, i) => arena.floats(100_000).fill(i));
    arrays.forEach((x, i) => expect(x.every((v) => v === i)).toBe(true));
    arena.release(mark);
    expect(arena.floats(100_000)).toBe(arrays[0]);
  });

  it('is given back when the work throws', () => {
    const arena = new HeapArena(new SharedHeap());
    const mark = arena.mark();
    expect(() =>
      scoped(arena, () => {
        arena.floats(10);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(arena.mark()).toBe(mark);
  });
});
