import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kendallTauB, pearson, spearman } from '../../../harness/statistics/index.ts';

const values = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: -6, max: 6 }), { minLength: length, maxLength: length });

describe('laws of correlations', () => {
  it('correlations are symmetric, within -1 .. 1, turn with the sign, and ranks do not see an increasing map', () => {
    fc.assert(
      fc.property(values(7), values(7), (x, y) => {
        const linear = pearson(x, y);
        if (linear === null) {
          expect(spearman(x, y)).toBeNull();
          expect(kendallTauB(x, y)).toBeNull();
          return;
        }
        expect(Math.abs(linear.r)).toBeLessThanOrEqual(1);
        expect(pearson(y, x)!.r).toBeCloseTo(linear.r, 12);
        const turned = y.map((value) => -value);
        expect(pearson(x, turned)!.r).toBeCloseTo(-linear.r, 12);
        expect(kendallTauB(x, turned)!).toBeCloseTo(-kendallTauB(x, y)!, 12);
        const map = (value: number): number => value ** 3;
        expect(spearman(x.map(map), y)).toEqual(spearman(x, y));
        expect(kendallTauB(x.map(map), y)).toBe(kendallTauB(x, y));
      }),
    );
    expect(pearson([1, 2, 3], [2, 4, 6])).toEqual({ r: 1, p: 0 });
    expect(pearson([1, 2], [5, 3])).toEqual({ r: -1, p: 1 });
    expect(() => pearson([1, 2], [1])).toThrow(/at least two pairs/);
    expect(() => spearman([1, Number.NaN], [1, 2])).toThrow(/finite/);
  });
});
