import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rmsNormRow } from '../../../engine/kernels/reference/rms-norm.ts';
import { rmsNorm } from '../../../engine/kernels/rms-norm.ts';
import { bitsOf, vector } from '../../support/float-bytes.ts';

it('the RMS norm has the bytes of its plain twin, for every width, with and without a weight', () => {
  const input = fc.integer({ min: 1, max: 33 }).chain((width) =>
    fc.record({
      x: fc.array(vector(width), { minLength: 1, maxLength: 3 }),
      weight: fc.option(vector(width)),
      eps: fc.constantFrom(1e-6, 1e-20),
    }),
  );
  fc.assert(
    fc.property(input, ({ x, weight, eps }) => {
      const width = x[0].length;
      const out = Float32Array.from(x.flat());
      rmsNorm(out, weight === null ? null : Float32Array.from(weight), out, { rows: x.length, width, eps });
      const rows = x.flatMap((row) =>
        rmsNormRow([...Float32Array.from(row)], weight && [...Float32Array.from(weight)], eps),
      );
      expect(bitsOf(out)).toEqual(bitsOf(rows));
    }),
  );
});
