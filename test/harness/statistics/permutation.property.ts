import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { independentPermutationTest, pairedPermutationTest } from '../../../harness/statistics/index.ts';

/** A fixed cheap sequence: enough for a test, not a generator to use. */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

// Tenths: sums of them are rounded, so that ties by rounding are really tried.
const tenths = (minLength: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc.integer({ min: -30, max: 30 }).map((value) => value / 10),
    { minLength, maxLength },
  );

describe('laws of permutation tests', () => {
  it('mirrors: with the signs turned, greater and less change places, exactly', () => {
    fc.assert(
      fc.property(tenths(1, 9), (differences) => {
        const a = pairedPermutationTest(differences, { next: sequence(1) });
        const b = pairedPermutationTest(
          differences.map((value) => -value),
          { next: sequence(1) },
        );
        expect([b.pGreater, b.pLess, b.pTwoSided]).toEqual([a.pLess, a.pGreater, a.pTwoSided]);
      }),
    );
  });

  it('does not depend on the order of pairs or of values in a group', () => {
    fc.assert(
      fc.property(tenths(2, 8), tenths(2, 5), (x, y) => {
        const draws = { next: sequence(1) };
        const paired = pairedPermutationTest(x, draws);
        expect(pairedPermutationTest([...x].reverse(), draws).pGreater).toBe(paired.pGreater);
        const independent = independentPermutationTest({ x, y }, draws);
        const turned = independentPermutationTest({ x: [...x].reverse(), y: [...y].reverse() }, draws);
        expect([turned.pGreater, turned.pLess]).toEqual([independent.pGreater, independent.pLess]);
        const swapped = independentPermutationTest({ x: y, y: x }, draws);
        expect([swapped.pGreater, swapped.pLess]).toEqual([independent.pLess, independent.pGreater]);
      }),
    );
  });

  it('is valid: over all sign patterns of the same numbers, p <= a happens with at most a of them', () => {
    fc.assert(
      fc.property(tenths(1, 7), (sizes) => {
        const all = Array.from({ length: 2 ** sizes.length }, (_, mask) =>
          pairedPermutationTest(
            sizes.map((value, i) => ((mask >>> i) & 1 ? -value : value)),
            { next: sequence(1) },
          ),
        );
        for (const level of all.map(({ pGreater }) => pGreater)) {
          expect(all.filter(({ pGreater }) => pGreater <= level).length / all.length).toBeLessThanOrEqual(
            level + 1e-12,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('never gives a p-value of zero when it draws, and is near the exact one', () => {
    const differences = Array.from({ length: 17 }, (_, i) => 1 + i / 10);
    const drawn = pairedPermutationTest(differences, { next: sequence(7) });
    expect(drawn).toMatchObject({ exact: false, arrangements: 9999, pGreater: 1 / 10_000 });
    const balanced = pairedPermutationTest([...differences.slice(0, 16), -20], { next: sequence(7) });
    expect(balanced.pGreater).toBeGreaterThan(0.05);
    expect(balanced.pGreater).toBeLessThan(0.6);
  });

  it('draws relabellings when there are too many, close to the exact p of a smaller case', () => {
    const x = Array.from({ length: 9 }, (_, i) => i);
    const y = Array.from({ length: 8 }, (_, i) => i + 2.5);
    const exact = independentPermutationTest({ x, y }, { next: sequence(3) });
    expect(exact.exact).toBe(true);
    const doubled = independentPermutationTest({ x: [...x, ...x], y: [...y, ...y] }, { next: sequence(3) });
    expect(doubled.exact).toBe(false);
    expect(doubled.observed).toBeCloseTo(exact.observed, 12);
    expect(doubled.pLess).toBeLessThan(exact.pLess);
    expect(doubled.pLess).toBeGreaterThan(1 / 10_000);
  });

  it('refuses no data and what is not a number', () => {
    expect(() => pairedPermutationTest([], { next: sequence(1) })).toThrow(/at least one value/);
    expect(() => independentPermutationTest({ x: [1], y: [Number.NaN] }, { next: sequence(1) })).toThrow(/got NaN/);
  });
});
