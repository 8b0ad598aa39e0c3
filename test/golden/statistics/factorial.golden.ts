import { describe, expect, it } from 'vitest';
import { factorialAnova, factorialEffects } from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface Line {
  readonly ss: number;
  readonly df: number;
  readonly F: number | null;
  readonly p: number | null;
}
interface FactorialCase {
  readonly input: { readonly factors: readonly number[]; readonly rows: readonly (readonly number[])[] };
  readonly expected: {
    readonly anova_typ2: Readonly<Record<string, Line>>;
    readonly ss_total: number;
    readonly shapley_effects: readonly number[];
    readonly first_order_sobol: readonly number[];
    readonly total_sobol: readonly number[];
  };
}

const FILE = 'leakage/factorial_anova.json';
const golden = readGolden<FactorialCase>(FILE);
const compare = compareWith(FILE);
const check = (what: string, got: number, want: number | null | undefined): void =>
  compare(what, got, want, golden.tolerance);
/** `a:b` for factors 0 and 1. */
const nameOf = (factors: readonly number[]): string =>
  factors.map((factor) => String.fromCharCode(97 + factor)).join(':');

describe('factorial designs against statsmodels and their definitions', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'takes the variance of case $index apart',
    ({ input: { factors: levels, rows }, expected }) => {
      const observations = rows.map((row) => ({
        cell: levels.reduce((cell, level, j) => cell * level + row[j]!, 0),
        value: row[levels.length]!,
      }));
      const anova = factorialAnova(levels, observations);
      expect(anova.effects.map(({ factors }) => nameOf(factors)).sort()).toEqual(
        Object.keys(expected.anova_typ2)
          .filter((name) => name !== 'Residual')
          .sort(),
      );
      for (const { factors, sumOfSquares, degreesOfFreedom, f, p } of anova.effects) {
        const line = expected.anova_typ2[nameOf(factors)]!;
        check('factorialAnova sum of squares', sumOfSquares, line.ss);
        expect(degreesOfFreedom).toBe(line.df);
        check('factorialAnova F', f!, line.F);
        check('factorialAnova p', p!, line.p);
      }
      const residual = expected.anova_typ2['Residual']!;
      check('factorialAnova sum of squares', anova.residual.sumOfSquares, residual.ss);
      expect(anova.residual.degreesOfFreedom).toBe(residual.df);
      check('factorialAnova sum of squares', anova.totalSumOfSquares, expected.ss_total);

      const cellCount = levels.reduce((product, level) => product * level, 1);
      const cells = Array.from({ length: cellCount }, (_, cell) => {
        const values = observations.filter((one) => one.cell === cell).map(({ value }) => value);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      });
      const { shapley, firstOrder, total } = factorialEffects(levels, cells);
      levels.forEach((_, j) => {
        check('Shapley', shapley![j]!, expected.shapley_effects[j]);
        check('Sobol, first order', firstOrder![j]!, expected.first_order_sobol[j]);
        check('Sobol, total', total![j]!, expected.total_sobol[j]);
      });
    },
  );
});
