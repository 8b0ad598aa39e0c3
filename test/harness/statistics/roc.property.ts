import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  auc,
  aucOf,
  delongInterval,
  delongVariance,
  fprAtTpr,
  hanleyMcNeilError,
  mannWhitney,
  rank,
  rocCurve,
  tprAtFpr,
} from '../../../harness/statistics/index.ts';

const scores = fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 2, maxLength: 14 });

/** Over all pairs, by its definition. */
function aucByPairs(positives: readonly number[], negatives: readonly number[]): number {
  let total = 0;
  for (const p of positives) for (const n of negatives) total += p > n ? 1 : p === n ? 0.5 : 0;
  return total / (positives.length * negatives.length);
}

describe('laws of ROC curves', () => {
  it('has as area the share of ordered pairs, and as trapezoids the same', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const area = auc({ positives, negatives });
        expect(area).toBeCloseTo(aucByPairs(positives, negatives), 12);
        const curve = rocCurve({ positives, negatives });
        let trapezoids = 0;
        for (let i = 1; i < curve.length; i++) {
          trapezoids += ((curve[i].fpr - curve[i - 1].fpr) * (curve[i].tpr + curve[i - 1].tpr)) / 2;
        }
        expect(trapezoids).toBeCloseTo(area, 12);
      }),
    );
  });

  it('does not change under a strictly increasing map, and turns over with the sign: AUC(-s) = 1 - AUC(s)', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const map = (value: number): number => value ** 3 * 2 - 7;
        const mapped = { positives: positives.map(map), negatives: negatives.map(map) };
        expect(auc(mapped)).toBe(auc({ positives, negatives }));
        expect(delongVariance(mapped)).toBe(delongVariance({ positives, negatives }));
        expect(rocCurve(mapped)).toEqual(rocCurve({ positives, negatives }));
        const turned = { positives: positives.map((s) => -s), negatives: negatives.map((s) => -s) };
        expect(auc(turned)).toBeCloseTo(1 - auc({ positives, negatives }), 12);
      }),
    );
  });

  it('has rates that are consistent with its points', () => {
    fc.assert(
      fc.property(scores, scores, fc.double({ min: 0, max: 1, noNaN: true }), (positives, negatives, rate) => {
        const curve = rocCurve({ positives, negatives });
        const tpr = tprAtFpr(curve, rate);
        const best = curve.filter((point) => point.tpr === tpr).map(({ fpr }) => fpr);
        expect(Math.min(...best)).toBeLessThanOrEqual(rate);
        expect(fprAtTpr(curve, tpr)).toBeLessThanOrEqual(rate);
      }),
    );
  });

  it('has an interval that holds the area and a standard error near the one of Hanley and McNeil', () => {
    const positives = Array.from({ length: 60 }, (_, i) => i + 20);
    const negatives = Array.from({ length: 80 }, (_, i) => i * 0.9 + 0.37);
    const area = auc({ positives, negatives });
    const { low, high } = delongInterval({ positives, negatives }, 0.95);
    expect(low).toBeLessThan(area);
    expect(high).toBeGreaterThan(area);
    const other = hanleyMcNeilError({ auc: area, positives: 60, negatives: 80 });
    expect(Math.sqrt(delongVariance({ positives, negatives })) / other).toBeCloseTo(1, 0);
    expect((high - low) / (2 * 1.959963984540054)).toBeCloseTo(Math.sqrt(delongVariance({ positives, negatives })), 12);
  });

  it('gives ranks that sum to n (n + 1)/2, ties the mean of theirs', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const { ranks, groups } = rank(values);
        expect(ranks.reduce((sum, one) => sum + one, 0)).toBe((values.length * (values.length + 1)) / 2);
        expect(groups.reduce((sum, size) => sum + size, 0)).toBe(values.length);
      }),
    );
    expect([...rank([3, 1, 3, 2]).ranks]).toEqual([3.5, 1, 3.5, 2]);
    expect(() => rank([Number.NaN])).toThrow(RangeError);
  });

  it('Mann-Whitney mirrors, and says nothing when all values are equal', () => {
    fc.assert(
      fc.property(scores, scores, (x, y) => {
        expect(mannWhitney(x, y, 'less').p).toBe(mannWhitney(y, x, 'greater').p);
        expect(mannWhitney(x, y, 'two-sided').p).toBeCloseTo(mannWhitney(y, x, 'two-sided').p, 12);
        expect(mannWhitney(x, y, 'less').u).toBeCloseTo(x.length * y.length * (1 - aucOf(x, y)), 10);
      }),
    );
    expect(mannWhitney([2, 2], [2, 2], 'two-sided')).toEqual({ u: 2, p: 1, logP: 0 });
    expect(() => aucOf([], [1])).toThrow(RangeError);
    expect(() => rocCurve({ positives: [Number.NaN], negatives: [1] })).toThrow(/NaN/);
    expect(() => delongVariance({ positives: [1], negatives: [1, 2] })).toThrow(/two scores/);
  });
});
