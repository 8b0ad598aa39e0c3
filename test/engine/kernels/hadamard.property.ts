import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hadamard } from '../../../engine/kernels/hadamard.ts';
import { hadamardRow } from '../../../engine/kernels/reference/hadamard.ts';
import { bitsOf, vector } from '../../support/float-bytes.ts';

const rows = fc
  .integer({ min: 0, max: 7 })
  .chain((power) => fc.array(vector(2 ** power), { minLength: 1, maxLength: 3 }));

it('the butterflies have the bytes of the recursive definition', () => {
  fc.assert(
    fc.property(rows, (x) => {
      const fast = Float32Array.from(x.flat());
      hadamard(fast, x.length, x[0].length);
      expect(bitsOf(fast)).toEqual(bitsOf(x.flatMap(hadamardRow)));
    }),
  );
});

it('the transform is its own inverse within rounding', () => {
  fc.assert(
    fc.property(rows, (x) => {
      const twice = Float32Array.from(x.flat());
      hadamard(twice, x.length, x[0].length);
      hadamard(twice, x.length, x[0].length);
      const size = Math.max(1, ...x.flat().map(Math.abs));
      x.flat().forEach((value, i) => expect(Math.abs(twice[i] - value)).toBeLessThan(size * 1e-5));
    }),
  );
});
