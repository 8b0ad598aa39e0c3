import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustPValues, type MultiplicityMethod } from '../../../harness/statistics/index.ts';

const family = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 });
const METHODS: readonly MultiplicityMethod[] = [
  'bonferroni',
  'holm',
  'holm-sidak',
  'hommel',
  'benjamini-hochberg',
  'benjamini-yekutieli',
];
const TINY = 1e-12;

/** Closed testing by its definition: the adjusted p of i is the largest p of an intersection that holds i. */
function closed(pValues: readonly number[], test: (intersection: readonly number[]) => number): number[] {
  return pValues.map((_, i) => {
    let largest = 0;
    for (let mask = 1; mask < 2 ** pValues.length; mask++) {
      if (((mask >>> i) & 1) === 0) continue;
      largest = Math.max(largest, test(pValues.filter((_p, j) => (mask >>> j) & 1)));
    }
    return Math.min(1, largest);
  });
}
const bonferroni = (all: readonly number[]): number => all.length * Math.min(...all);
const simes = (all: readonly number[]): number =>
  Math.min(...[...all].sort((a, b) => a - b).map((p, i) => (all.length * p) / (i + 1)));

describe('laws of adjusted p-values', () => {
  it.each(METHODS)('%s keeps the order, never lowers a p-value and stays below one', (method) => {
    fc.assert(
      fc.property(family, (pValues) => {
        const adjusted = adjustPValues(pValues, method);
        pValues.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p - TINY);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          pValues.forEach((other, j) => {
            if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] + TINY);
          });
        });
      }),
    );
  });

  it.each(METHODS)('%s does not depend on the order of the family', (method) => {
    fc.assert(
      fc.property(family, (pValues) => {
        const turned = [...pValues].reverse();
        expect(adjustPValues(turned, method).reverse()).toEqual(adjustPValues(pValues, method));
      }),
    );
  });

  it('Holm is the closed test of Bonferroni, Hommel the closed test of Simes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }), (pValues) => {
        adjustPValues(pValues, 'holm').forEach((value, i) => {
          expect(Math.abs(value - closed(pValues, bonferroni)[i])).toBeLessThan(TINY);
        });
        adjustPValues(pValues, 'hommel').forEach((value, i) => {
          expect(Math.abs(value - closed(pValues, simes)[i])).toBeLessThan(TINY);
        });
      }),
    );
  });

  it('is ordered by strength: Hommel <= Holm <= Bonferroni, Benjamini-Hochberg <= Hommel', () => {
    fc.assert(
      fc.property(family, (pValues) => {
        const [bonf, holm, hommel, bh] = (['bonferroni', 'holm', 'hommel', 'benjamini-hochberg'] as const).map(
          (method) => adjustPValues(pValues, method),
        );
        pValues.forEach((_, i) => {
          expect(holm[i]).toBeLessThanOrEqual(bonf[i] + TINY);
          expect(hommel[i]).toBeLessThanOrEqual(holm[i] + TINY);
          expect(bh[i]).toBeLessThanOrEqual(hommel[i] + TINY);
        });
      }),
    );
  });

  it('leaves a family of one as it is, takes an empty one, and refuses what is no p-value', () => {
    for (const method of METHODS) {
      expect(adjustPValues([0.05], method)[0]).toBeCloseTo(0.05, 15);
      expect(adjustPValues([], method)).toEqual([]);
      expect(() => adjustPValues([0.1, Number.NaN], method)).toThrow(RangeError);
    }
    expect(adjustPValues([0.05, 0.05, 0.05], 'benjamini-hochberg')).toEqual([0.05, 0.05, 0.05]);
  });
});
