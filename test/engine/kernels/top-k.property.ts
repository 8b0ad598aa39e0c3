import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainTopK } from '../../../engine/kernels/reference/top-k.ts';
import { topK } from '../../../engine/kernels/top-k.ts';

/** Few different scores: ties everywhere. */
const scores = fc.array(fc.constantFrom(-1, -0, 0, 0.5, 2), { minLength: 1, maxLength: 24 });

it('the selection is that of sorting everything, ties and their flag included, for both rules', () => {
  fc.assert(
    fc.property(
      scores,
      fc.integer({ min: 1, max: 26 }),
      fc.constantFrom('lower-index' as const, 'higher-index' as const),
      (list, k, rule) => {
        const got = topK(Float32Array.from([9, 9, ...list]), 2, list.length, k, rule);
        expect({ indices: [...got.indices], tieAtBoundary: got.tieAtBoundary }).toEqual(plainTopK(list, k, rule));
      },
    ),
    { numRuns: 500 },
  );
});

it('a forced tie at the boundary goes to the lower or the higher index, by rule', () => {
  const list = Float32Array.of(1, 3, 3, 3, 0);
  expect([...topK(list, 0, 5, 2, 'lower-index').indices]).toEqual([1, 2]);
  expect([...topK(list, 0, 5, 2, 'higher-index').indices]).toEqual([2, 3]);
  expect(topK(list, 0, 5, 2, 'lower-index').tieAtBoundary).toBe(true);
  expect(topK(list, 0, 5, 3, 'lower-index').tieAtBoundary).toBe(false);
});
