import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainMix } from '../../../engine/kernels/reference/sinkhorn.ts';
import { sinkhornMix } from '../../../engine/kernels/sinkhorn.ts';
import { bitsOf, vector } from '../../support/float-bytes.ts';

const inputs = fc.integer({ min: 1, max: 5 }).chain((streams) => {
  const width = (2 + streams) * streams;
  const shape = fc.record({
    streams: fc.constant(streams),
    iterations: fc.integer({ min: 1, max: 20 }),
    eps: fc.constant(1e-6),
  });
  return fc.tuple(vector(width), vector(3), vector(width), shape);
});

it('the coefficients have the bytes of the plain twin, and columns that sum to one', () => {
  fc.assert(
    fc.property(inputs, ([mixes, scale, base, shape]) => {
      const n = shape.streams;
      const out = { pre: new Float32Array(n), post: new Float32Array(n), comb: new Float32Array(n * n) };
      sinkhornMix(Float32Array.from(mixes), Float32Array.from(scale), Float32Array.from(base), shape, out);
      const plain = plainMix(mixes, scale, base, shape);
      expect(bitsOf(out.pre)).toEqual(bitsOf(plain.pre));
      expect(bitsOf(out.post)).toEqual(bitsOf(plain.post));
      expect(bitsOf(out.comb)).toEqual(bitsOf(plain.comb.flat()));
      for (let k = 0; k < n; k++) {
        let column = 0;
        for (let j = 0; j < n; j++) column += out.comb[j * n + k];
        expect(Math.abs(column - 1)).toBeLessThan(0.01);
      }
    }),
  );
});
