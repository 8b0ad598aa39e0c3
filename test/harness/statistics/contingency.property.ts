import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareIndependence, fisherExact } from '../../../harness/statistics/index.ts';

const count = fc.nat(12);

describe('laws of tables of counts', () => {
  it('Fisher does not change when rows and columns are exchanged, and mirrors when rows are swapped', () => {
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const test = fisherExact([
          [a, b],
          [c, d],
        ]);
        expect(
          fisherExact([
            [a, c],
            [b, d],
          ]).pTwoSided,
        ).toBeCloseTo(test.pTwoSided, 10);
        const swapped = fisherExact([
          [c, d],
          [a, b],
        ]);
        expect(swapped.pGreater).toBeCloseTo(test.pLess, 10);
        expect(swapped.pTwoSided).toBeCloseTo(test.pTwoSided, 10);
      }),
    );
    expect(
      fisherExact([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ pGreater: 1, pLess: 1, pTwoSided: 1 });
    // The lady tasting tea.
    expect(
      fisherExact([
        [3, 1],
        [1, 3],
      ]).pGreater,
    ).toBeCloseTo(17 / 70, 12);
    expect(() =>
      fisherExact([
        [1, 2],
        [3, -1],
      ]),
    ).toThrow(RangeError);
  });

  it('chi-square is 0 for proportional rows, and Cramér V is 1 for a perfect association', () => {
    const proportional = chiSquareIndependence([
      [2, 4, 6],
      [3, 6, 9],
    ]);
    expect(proportional.statistic).toBeCloseTo(0, 12);
    expect(proportional.p).toBeCloseTo(1, 12);
    expect(
      chiSquareIndependence([
        [7, 0],
        [0, 9],
      ]).cramersV,
    ).toBeCloseTo(1, 12);
    expect(() =>
      chiSquareIndependence([
        [1, 0],
        [2, 0],
      ]),
    ).toThrow(/empty row or column/);
    expect(() => chiSquareIndependence([[1, 2]])).toThrow(/at least 2 x 2/);
  });
});
