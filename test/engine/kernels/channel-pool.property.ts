import fc from 'fast-check';
import { expect, it } from 'vitest';
import { poolChannels } from '../../../engine/kernels/channel-pool.ts';
import { poolChannel } from '../../../engine/kernels/reference/channel-pool.ts';
import { bitsOf, moderate, vector } from '../../support/float-bytes.ts';

it('pooling has the bytes of the plain twin, unwritten slots (score -Infinity) included', () => {
  const input = fc
    .record({ slots: fc.integer({ min: 1, max: 8 }), channels: fc.integer({ min: 1, max: 9 }) })
    .chain(({ slots, channels }) =>
      fc.record({
        channels: fc.constant(channels),
        values: fc.array(vector(channels), { minLength: slots, maxLength: slots }),
        scores: fc.array(vector(channels), { minLength: slots, maxLength: slots }),
        written: fc.integer({ min: 1, max: slots }),
        other: moderate,
      }),
    );
  fc.assert(
    fc.property(input, ({ channels, values, scores, written, other }) => {
      const shown = scores.map((row, s) => (s < written ? row : row.map(() => Number.NEGATIVE_INFINITY)));
      const out = new Float32Array(channels).fill(other);
      const offsets = Int32Array.from(values, (_, s) => s * channels);
      poolChannels(Float32Array.from(values.flat()), Float32Array.from(shown.flat()), offsets, channels, out);
      const plain = Array.from({ length: channels }, (_, c) =>
        poolChannel(values.map((row, s) => ({ value: row[c], score: shown[s][c] }))),
      );
      expect(bitsOf(out)).toEqual(bitsOf(plain));
    }),
  );
});
