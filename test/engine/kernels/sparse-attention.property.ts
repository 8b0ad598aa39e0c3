import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernels } from '../../../engine/kernels/index.ts';
import { attendHead } from '../../../engine/kernels/reference/sparse-attention.ts';
import { attendToken } from '../../../engine/kernels/sparse-attention.ts';
import { bitsOf, moderate, vector } from '../../support/float-bytes.ts';

const shapes = fc.record({
  heads: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 6 }).map((n) => 4 * n),
  stored: fc.integer({ min: 1, max: 9 }),
  listed: fc.integer({ min: 0, max: 14 }),
  keyBlock: fc.integer({ min: 1, max: 6 }),
  roundWeights: fc.boolean(),
});
const inputs = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    q: fc.array(vector(shape.width), { minLength: shape.heads, maxLength: shape.heads }),
    rows: fc.array(vector(shape.width), { minLength: shape.stored, maxLength: shape.stored }),
    index: fc.array(fc.nat(shape.stored - 1), { minLength: shape.listed, maxLength: shape.listed }),
    windowCount: fc.nat(shape.listed),
    sink: fc.array(moderate, { minLength: shape.heads, maxLength: shape.heads }),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 6 })).map((list) => list.sort((a, b) => a - b)),
  }),
);
type Input = typeof inputs extends fc.Arbitrary<infer T> ? T : never;

function attend(kind: 'wasm' | 'reference', { shape, q, rows, index, windowCount, sink, cuts }: Input): Float32Array {
  const kernels = createKernels(kind);
  const set = kernels.loadRows(
    [{ kind: 'floats', data: Float32Array.from(rows.flat()), from: 0, count: rows.length }],
    shape.width,
  );
  const out = new Float32Array(shape.heads * shape.width);
  const options = { ...shape, scale: 1 / Math.sqrt(shape.width) };
  attendToken(
    kernels,
    Float32Array.from(q.flat()),
    set,
    Int32Array.from(index),
    windowCount,
    Float32Array.from(sink),
    cuts,
    options,
    out,
  );
  return out;
}

describe('sparse attention', () => {
  it('has the bytes of the plain twin on both kernel kinds, with any list, key block and cuts', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { q, rows, index, windowCount, sink, cuts, shape } = input;
        const plain = q.flatMap((head, h) =>
          attendHead({ ...shape, q: head, rows: index.map((i) => rows[i]), windowCount, sink: sink[h], cuts }),
        );
        expect(bitsOf(attend('reference', input))).toEqual(bitsOf(plain));
        expect(bitsOf(attend('wasm', input))).toEqual(bitsOf(plain));
      }),
      { numRuns: 150 },
    );
  });

  it('gives nearly the same values however the list is split', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const whole = attend('wasm', { ...input, cuts: [], shape: { ...input.shape, roundWeights: false } });
        const split = attend('wasm', { ...input, shape: { ...input.shape, roundWeights: false } });
        const size = Math.max(1, ...input.rows.flat().map(Math.abs));
        whole.forEach((value, i) => expect(Math.abs(split[i] - value)).toBeLessThan(size * 1e-4));
      }),
    );
  });

  it('gives zeros for an empty list', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(attend('wasm', { ...input, index: [], windowCount: 0 }).every((v) => v === 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
