import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKernels } from '../../../engine/kernels/index.ts';
import { rotatePairs } from '../../../engine/kernels/reference/rope.ts';
import { inverseFrequencies, RopeTable } from '../../../engine/kernels/rope.ts';
import { bitsOf, vector } from '../../support/float-bytes.ts';

it.each(['reference', 'wasm'] as const)(
  'the %s kernels rotate with the bytes of the plain twin, at any position, both ways, in the middle of an array',
  (kind) => {
    const frequencies = inverseFrequencies(10000, 16, null);
    const kernels = createKernels(kind);
    const table = new RopeTable(frequencies, (x) => kernels.resident(x));
    fc.assert(
      fc.property(vector(20), fc.integer({ min: 0, max: 3000 }), fc.boolean(), (x, position, inverse) => {
        const rotated = Float32Array.from(x);
        table.ensure(position);
        kernels.rotate(rotated, { from: 3, vectors: 1, stride: 16 }, Int32Array.of(position), table, inverse);
        const plain = rotatePairs(x.slice(3, 19), [...frequencies], position, inverse);
        expect(bitsOf(rotated)).toEqual(bitsOf([...x.slice(0, 3), ...plain, x[19]]));
      }),
    );
  },
);
