import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { andersonDarling, cramerVonMises } from '../../../harness/statistics/index.ts';

describe('laws of tests on the distance of two samples', () => {
  it('Cramér-von Mises and Anderson-Darling depend on the order alone, and on both samples alike', () => {
    const spread = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 6, maxLength: 14 });
    fc.assert(
      fc.property(spread, fc.integer({ min: 2, max: 4 }), (all, cut) => {
        const [x, y] = [all.slice(0, cut), all.slice(cut)];
        const map = (value: number): number => value ** 3;
        const { statistic, p } = cramerVonMises(x, y);
        expect(cramerVonMises(x.map(map), y.map(map))).toEqual({ statistic, p, exact: true });
        expect(cramerVonMises(y, x).p).toBeCloseTo(p, 12);
        expect(andersonDarling([x.map(map), y.map(map)])).toBeCloseTo(andersonDarling([y, x]), 9);
      }),
    );
    expect(() => cramerVonMises([1], [1, 2])).toThrow(RangeError);
    expect(() =>
      andersonDarling([
        [1, 1],
        [1, 1],
      ]),
    ).toThrow(/not all equal/);
    expect(() => andersonDarling([[1, 2, 3, 4]])).toThrow(RangeError);
  });

  it('counts every order for small samples: the p-values of Cramér-von Mises are the ranks of their statistics', () => {
    const [n, m] = [4, 5];
    const statistics: number[] = [];
    for (let mask = 0; mask < 2 ** (n + m); mask++) {
      const x = Array.from({ length: n + m }, (_, i) => i).filter((i) => (mask >>> i) & 1);
      if (x.length !== n) continue;
      const y = Array.from({ length: n + m }, (_, i) => i).filter((i) => !((mask >>> i) & 1));
      statistics.push(cramerVonMises(x, y).statistic);
    }
    const x = [0, 1, 2, 6];
    const observed = cramerVonMises(x, [3, 4, 5, 7, 8]);
    const share = statistics.filter((one) => one >= observed.statistic - 1e-9).length / statistics.length;
    expect(observed.p).toBeCloseTo(share, 12);
    expect(cramerVonMises(x, [3, 4, 5, 7, 8], 'limit').p).toBeCloseTo(share, 1);
  });
});
