import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rotatePairs } from '../../../engine/kernels/reference/rope.ts';
import { inverseFrequencies, RopeTable } from '../../../engine/kernels/rope.ts';
import { bitsOf, vector } from '../../support/float-bytes.ts';

it('the table rotates with the bytes of the plain twin, at any position, both ways, in the middle of an array', () => {
  const frequencies = inverseFrequencies(10000, 16, null);
  const table = new RopeTable(frequencies);
  fc.assert(
    fc.property(vector(20), fc.integer({ min: 0, max: 3000 }), fc.boolean(), (x, position, inverse) => {
      const rotated = Float32Array.from(x);
      table.rotate(rotated, 3, position, inverse);
      const plain = rotatePairs(x.slice(3, 19), [...frequencies], position, inverse);
      expect(bitsOf(rotated)).toEqual(bitsOf([...x.slice(0, 3), ...plain, x[19]]));
    }),
  );
});
