import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundBf16 } from '../../../../engine/formats/index.ts';
import { createReferenceKernels } from '../../../../engine/kernels/reference/kernels.ts';
import { createWasmKernels } from '../../../../engine/kernels/wasm/kernels.ts';

const wasm = createWasmKernels();
const plain = createReferenceKernels();

/** Values of very different sizes, subnormals and signed zeros included; products and sums stay finite. */
const value = fc.oneof(
  fc.float({ min: -4, max: 4, noNaN: true }),
  fc.float({ min: Math.fround(-1e15), max: Math.fround(1e15), noNaN: true }),
  fc.constantFrom(0, -0, 2 ** -149, -(2 ** -130), 2 ** -126, 1, -1),
);
const floats = (length: number): fc.Arbitrary<Float32Array> =>
  fc.array(value, { minLength: length, maxLength: length }).map((list) => Float32Array.from(list));
const bits = (x: Float32Array): number[] => [...new Int32Array(x.buffer, x.byteOffset, x.length)];

const shapes = fc.oneof(
  fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    out: fc.integer({ min: 1, max: 40 }),
    k: fc.integer({ min: 1, max: 70 }),
  }),
  // so many outputs that rows are packed, and so many rows that bf16 weights are expanded
  fc.record({
    rows: fc.integer({ min: 1, max: 18 }),
    out: fc.integer({ min: 180, max: 210 }),
    k: fc.integer({ min: 1, max: 12 }),
  }),
);
const products = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    x: floats(shape.rows * shape.k),
    // half of the matrices are bf16 values, which are packed in two bytes
    w: fc.tuple(floats(shape.out * shape.k), fc.boolean()).map(([w, half]) => (half ? w.map((v) => roundBf16(v)) : w)),
    kBlock: fc.integer({ min: 1, max: shape.k + 3 }),
  }),
);

describe('the WebAssembly kernels', () => {
  it('multiply matrices with the bytes of the plain twin, whatever the shape and the k-block', () => {
    fc.assert(
      fc.property(products, ({ shape: { rows, out, k }, x, w, kBlock }) => {
        const fast = new Float32Array(rows * out);
        const slow = new Float32Array(rows * out);
        wasm.matmul(x, rows, wasm.packMatrix(w, { out, in: k }), fast, kBlock);
        plain.matmul(x, rows, plain.packMatrix(w, { out, in: k }), slow, kBlock);
        expect(bits(fast)).toEqual(bits(slow));
      }),
      { numRuns: 300 },
    );
  });

  it('give each row the bits that it has alone', () => {
    fc.assert(
      fc.property(products, ({ shape: { rows, out, k }, x, w, kBlock }) => {
        const packed = wasm.packMatrix(w, { out, in: k });
        const together = new Float32Array(rows * out);
        wasm.matmul(x, rows, packed, together, kBlock);
        for (let r = 0; r < rows; r++) {
          const alone = new Float32Array(out);
          wasm.matmul(x.slice(r * k, (r + 1) * k), 1, packed, alone, kBlock);
          expect(bits(alone)).toEqual(bits(together.slice(r * out, (r + 1) * out)));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('survive growing their memory: weights packed before stay what they were', () => {
    const kernels = createWasmKernels();
    const w = Float32Array.from({ length: 8 * 8 }, (_, i) => i);
    const packed = kernels.packMatrix(w, { out: 8, in: 8 });
    const x = Float32Array.from({ length: 8 }, (_, i) => i + 1);
    const before = new Float32Array(8);
    kernels.matmul(x, 1, packed, before, 8);
    for (let i = 0; i < 4; i++) kernels.packMatrix(new Float32Array(1 << 20), { out: 1 << 10, in: 1 << 10 });
    const after = new Float32Array(8);
    kernels.matmul(x, 1, packed, after, 8);
    expect(after).toEqual(before);
  });
});
