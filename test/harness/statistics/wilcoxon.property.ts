import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilcoxonSignedRank } from '../../../harness/statistics/index.ts';

describe('laws of the signed-rank test', () => {
  it('Wilcoxon has as p the share of all sign patterns, counted one by one, with ties', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 8 }), (differences) => {
        const kept = differences.filter((value) => value !== 0);
        const sizes = kept.map(Math.abs);
        const ranks = sizes.map(
          (size) =>
            sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2,
        );
        const sumOf = (isPositive: (i: number) => boolean): number =>
          ranks.reduce((sum, rank, i) => sum + (isPositive(i) ? rank : 0), 0);
        const observed = sumOf((i) => kept[i] > 0);
        let atLeast = 0;
        for (let mask = 0; mask < 2 ** kept.length; mask++)
          if (sumOf((i) => ((mask >>> i) & 1) === 1) >= observed) atLeast++;
        const test = wilcoxonSignedRank(differences);
        expect(test).toMatchObject({ statistic: observed, pairs: kept.length });
        expect(test.pGreater).toBeCloseTo(atLeast / 2 ** kept.length, 12);
        expect(wilcoxonSignedRank(differences.map((value) => -value)).pLess).toBeCloseTo(test.pGreater, 12);
      }),
    );
    expect(() => wilcoxonSignedRank([Number.NaN])).toThrow(RangeError);
  });
});
