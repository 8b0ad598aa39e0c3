import fc from 'fast-check';
import { describe, it } from 'vitest';
import { createNgramHash } from '../../../engine/memory/index.ts';
import { ngramRow } from '../../support/ngram-hash-twin.ts';

const config = fc
  .record({
    maxNgram: fc.integer({ min: 2, max: 5 }),
    headsPerNgram: fc.integer({ min: 1, max: 4 }),
    start: fc.integer({ min: 2, max: 20_000_000 }),
    compressedVocab: fc.constantFrom(3, 320, 1000, 99_092, 129_280, 1 << 26),
    seed: fc.nat(),
    layer: fc.nat(60),
  })
  .map(({ start, maxNgram, layer, ...rest }) => ({
    ...rest,
    maxNgram,
    layerIds: [layer],
    vocabSizes: Array.from({ length: maxNgram - 1 }, () => start),
    padId: 2,
  }));

describe('n-gram hash', () => {
  it('in two 32-bit words gives the rows of big integers', () => {
    fc.assert(
      fc.property(
        config,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 8 }),
        (c, parts) => {
          const hash = createNgramHash(c);
          // One part in ten is a dead position; the others spread over the whole vocabulary.
          const ids = parts.map((p) => (p < 0.1 ? -1 : Math.floor(((p - 0.1) / 0.9) * c.compressedVocab)));
          const got = hash.rows(0, Int32Array.from(ids));
          return ids.every((_, t) =>
            ngramRow(hash.tables[0], ids, t, c.padId).every((row, column) => row === got[t * hash.columns + column]),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
