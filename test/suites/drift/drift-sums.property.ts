import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending, quantileOfSorted } from '../../../harness/statistics/index.ts';
import { createDriftSums } from '../../../suites/drift/drift-sums.ts';
import type { PositionMeasures } from '../../../suites/drift/positions.ts';

const kl = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }));
const measures = fc.array(
  fc
    .record({
      caseId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      kls: fc.oneof(fc.array(kl, { maxLength: 80 }), fc.array(fc.constant(0), { maxLength: 80 })),
      diff: fc.double({ min: 0, max: 5, noNaN: true }),
    })
    .map(({ caseId, kls, diff }): PositionMeasures => ({
      caseId,
      klNats: Float64Array.from(kls),
      sameTop: kls.filter((value) => value === 0).length,
      maxAbsLogprobDiff: diff,
      nextTokenDiffs: Float64Array.from(kls.slice(1)),
      brokenPositions: 0,
    })),
  { minLength: 1, maxLength: 30 },
);

/** The same numbers from all values held at once, added in the order of the pairs. */
function twin(all: readonly PositionMeasures[]): { readonly byPosition: number[]; readonly quantiles: number[] } {
  const longest = Math.max(...all.map(({ klNats }) => klNats.length));
  const points = Math.min(64, longest);
  const sums = new Float64Array(points);
  const counts = new Uint32Array(points);
  for (const { klNats } of all)
    for (const [position, value] of klNats.entries()) {
      const part = Math.floor((position * points) / klNats.length);
      sums[part] += value;
      counts[part] += 1;
    }
  const sorted = ascending(all.flatMap(({ klNats }) => [...klNats]));
  return {
    byPosition: Array.from(sums, (sum, part) => (counts[part] > 0 ? sum / counts[part] : 0)),
    quantiles: sorted.length === 0 ? [0, 0, 0] : [0.5, 0.9, 0.99].map((share) => quantileOfSorted(sorted, share)),
  };
}

describe('the sums of a drift row', () => {
  it('are bit for bit those of all values held at once', () => {
    fc.assert(
      fc.property(measures, (all) => {
        const sums = createDriftSums();
        for (const one of all) sums.add(one);
        const { byPosition, quantiles } = twin(all);
        expect(sums.klByRelativePosition()).toEqual(byPosition);
        expect(sums.klQuantiles([0.5, 0.9, 0.99]).quantiles).toEqual(quantiles);
        expect(sums.cases).toBe(new Set(all.map(({ caseId }) => caseId)).size);
        expect(sums.positions).toBe(all.reduce((total, { klNats }) => total + klNats.length, 0));
      }),
    );
  });

  it('keep each case whole, and never more than 2048 clusters', () => {
    const sums = createDriftSums();
    const one = (caseId: string): PositionMeasures => ({
      caseId,
      klNats: Float64Array.of(1, 0.5),
      sameTop: 1,
      maxAbsLogprobDiff: 1,
      nextTokenDiffs: Float64Array.of(0.25),
      brokenPositions: 0,
    });
    for (let at = 0; at < 10_000; at++) sums.add(one(`case-${at}`));
    // The first cases once more: they are counted where they were.
    for (let at = 0; at < 4; at++) sums.add(one(`case-${at}`));
    const clusters = sums.clusters();
    expect(sums.cases).toBe(10_000);
    expect(clusters).toHaveLength(1250);
    expect(clusters.map(({ positions }) => positions)).toEqual([24, ...new Array<number>(1249).fill(16)]);
    expect(clusters.reduce((total, { klSum }) => total + klSum, 0)).toBe(15_006);
  });
});
