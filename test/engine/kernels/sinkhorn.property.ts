import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainMix } from '../../../engine/kernels/reference/sinkhorn.ts';
import { sinkhornMix } from '../../../engine/kernels/sinkhorn.ts';
import { bitsOf, vector } from '../../support/float-bytes.ts';

type Inputs = [number[], number[], number[], { streams: number; iterations: number; eps: number }];
interface MixOutput {
  pre: Float32Array;
  post: Float32Array;
  comb: Float32Array;
}

const inputs: fc.Arbitrary<Inputs> = fc.integer({ min: 1, max: 5 }).chain((streams) => {
  const width = (2 + streams) * streams;
  const shape = fc.record({
    streams: fc.constant(streams),
    iterations: fc.integer({ min: 1, max: 20 }),
    eps: fc.constant(1e-6),
  });
  return fc.tuple(vector(width), vector(3), vector(width), shape);
});

const mixed = ([mixes, scale, base, shape]: Inputs): MixOutput => {
  const n = shape.streams;
  const out = { pre: new Float32Array(n), post: new Float32Array(n), comb: new Float32Array(n * n) };
  sinkhornMix(Float32Array.from(mixes), Float32Array.from(scale), Float32Array.from(base), shape, out);
  return out;
};
const columnSums = ({ comb }: MixOutput, n: number): number[] =>
  Array.from({ length: n }, (_, k) => Array.from({ length: n }, (_, j) => comb[j * n + k]).reduce((a, b) => a + b, 0));

it('the coefficients have the bytes of the plain twin', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const out = mixed(given);
      const plain = plainMix(...given);
      expect(bitsOf(out.pre)).toEqual(bitsOf(plain.pre));
      expect(bitsOf(out.post)).toEqual(bitsOf(plain.post));
      expect(bitsOf(out.comb)).toEqual(bitsOf(plain.comb.flat()));
    }),
  );
});

it('no column sums to more than one', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      for (const sum of columnSums(mixed(given), given[3].streams)) expect(sum).toBeLessThan(1 + 1e-6);
    }),
  );
});

// A column that sums to s before the last division sums to s / (s + eps) after it. Within +-2 no softmax weight of 5 is below
// e^-4 / 5 = 0.0037, and alternating divisions move weights by less than the factor e^4, so s is far above eps.
it('columns of moderate coefficients sum to one', () => {
  const moderate = inputs.map(([mixes, scale, base, shape]): Inputs => {
    const within = (v: number): number => Math.max(-1, Math.min(1, v));
    return [mixes.map(within), scale.map(within), base.map(within), shape];
  });
  fc.assert(
    fc.property(moderate, (given) => {
      for (const sum of columnSums(mixed(given), given[3].streams)) expect(Math.abs(sum - 1)).toBeLessThan(1e-3);
    }),
  );
});
