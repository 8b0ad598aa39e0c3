/** Every row of every batch size from 1 to 64: 2080 batches per precision mode. The normal run tries three rows of five sizes. */
import { describe, expect, it } from 'vitest';
import { PRECISION_MODES } from '../../engine/index.ts';
import { aloneBits, bitsOf, openSession, requestOf, resultOf } from '../support/serving-runs.ts';

const LARGEST = 64;
const probe = requestOf('probe', 1, 19, { maxTokens: 3 });
const mates = Array.from({ length: LARGEST - 1 }, (_, i) =>
  requestOf(`mate-${i}`, 10 + i, 1 + (i % 5), { maxTokens: 1 + (i % 4) }),
);

describe.each(PRECISION_MODES)('in %s', (precision) => {
  it('a request has the same bits at every row of every batch of 1 to 64', () => {
    const alone = aloneBits(probe, { precision });
    for (let size = 1; size <= LARGEST; size++) {
      const session = openSession({ precision, maxBatch: size });
      for (let row = 0; row < size; row++) {
        const results = session.run([...mates.slice(0, row), probe, ...mates.slice(row, size - 1)]);
        if (bitsOf(resultOf(results, 'probe')) !== alone) expect.fail(`other bits at row ${row} of ${size}`);
      }
      expect(session.counters.maxActiveRows).toBe(size);
    }
  });
});
