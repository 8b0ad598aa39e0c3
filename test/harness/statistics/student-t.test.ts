import { describe, expect, it } from 'vitest';
import {
  fUpperTail,
  pairedDifference,
  studentTTwoSided,
  studentTUpperQuantile,
  studentTUpperTail,
  tInterval,
  tTest,
  welchDifference,
} from '../../../harness/statistics/index.ts';

/** mpmath, 50 digits. */
const T: readonly (readonly [t: number, df: number, p: number])[] = [
  [2, 5, 0.050969739414929178],
  [12.5, 30.7, 7.0270301011849989e-14],
  [0.3, 1, 0.40722642092225766],
  [60, 100, 1.5688071595706946e-80],
];
const F: readonly (readonly [f: number, df1: number, df2: number, p: number])[] = [
  [3.5, 2, 24, 0.046365460178781995],
  [105.9, 1, 24, 2.8001467197117815e-10],
  [0.2, 6, 9, 0.96831397319891253],
];

describe('Student and Fisher distributions', () => {
  it.each(T)('P(T > %f) with %f degrees of freedom keeps its digits', (t, df, p) => {
    expect(studentTUpperTail(t, df) / p).toBeCloseTo(1, 12);
    expect(studentTUpperTail(-t, df)).toBeCloseTo(1 - p, 14);
    expect(studentTTwoSided(-t, df) / (2 * p)).toBeCloseTo(1, 12);
    expect(studentTUpperQuantile(p, df) / t).toBeCloseTo(1, 11);
  });

  it.each(F)('P(F > %f) with %i and %i degrees of freedom keeps its digits', (f, df1, df2, p) => {
    expect(fUpperTail({ f, df1, df2 }) / p).toBeCloseTo(1, 12);
  });

  it('has certain ends and refuses what has none', () => {
    expect([studentTUpperTail(Infinity, 3), studentTUpperTail(-Infinity, 3), studentTUpperTail(0, 3)]).toEqual([
      0, 1, 0.5,
    ]);
    expect([fUpperTail({ f: 0, df1: 1, df2: 1 }), fUpperTail({ f: Infinity, df1: 1, df2: 1 })]).toEqual([1, 0]);
    expect(studentTUpperQuantile(0.5, 9)).toBe(0);
    expect(studentTUpperQuantile(0.8, 9)).toBe(-studentTUpperQuantile(1 - 0.8, 9));
    expect(() => studentTUpperTail(Number.NaN, 3)).toThrow(RangeError);
    expect(() => studentTUpperTail(1, 0)).toThrow(RangeError);
    expect(() => studentTUpperQuantile(0, 3)).toThrow(RangeError);
    expect(() => fUpperTail({ f: -1, df1: 1, df2: 1 })).toThrow(RangeError);
  });

  it('has an interval that excludes 0 exactly when the test rejects', () => {
    const samples = [
      [0.3, 0.9, 0.4, 1.2, 0.1],
      [0.02, -0.4, 0.9, 0.3, -0.2],
      [5, 6, 7, 8],
    ];
    for (const sample of samples) {
      const difference = pairedDifference(sample);
      const { low, high } = tInterval(difference, 0.95);
      expect(low > 0 || high < 0).toBe(tTest(difference).p < 0.05);
    }
    expect(tTest(welchDifference([1, 1], [1, 1]))).toEqual({ t: 0, p: 1 });
    expect(tTest(welchDifference([1, 1], [2, 2]))).toEqual({ t: -Infinity, p: 0 });
    expect(() => pairedDifference([1])).toThrow(/at least two/);
    expect(() => pairedDifference([1, Number.NaN])).toThrow(/finite/);
  });
});
