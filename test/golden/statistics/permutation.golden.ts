import { describe, expect, it } from 'vitest';
import {
  independentPermutationTest,
  pairedPermutationTest,
  type PermutationTest,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

type Expected = Readonly<
  Record<'two-sided' | 'greater' | 'less', { readonly stat: number; readonly p: number; readonly n_perm: number }>
>;
interface PermutationCase {
  readonly input: Readonly<Record<'x' | 'y' | 'px' | 'py', readonly number[]>>;
  readonly expected: { readonly independent_mean_diff: Expected; readonly paired_mean_diff: Expected };
}

const FILE = 'leakage/permutation_exact.json';
const golden = readGolden<PermutationCase>(FILE);
const compare = compareWith(FILE);
/** An exact test draws nothing. */
const noDraws = {
  next: (): number => {
    throw new Error('an exact test must not draw');
  },
};

function check(what: string, test: PermutationTest, expected: Expected): void {
  expect(test.exact).toBe(true);
  expect(test.arrangements).toBe(expected['two-sided'].n_perm);
  compare(what, test.observed, expected['two-sided'].stat, golden.tolerance);
  compare(what, test.pTwoSided, expected['two-sided'].p, golden.tolerance);
  compare(what, test.pGreater, expected.greater.p, golden.tolerance);
  compare(what, test.pLess, expected.less.p, golden.tolerance);
}

describe('exact permutation tests against scipy', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'counts every arrangement of case $index',
    ({ input, expected }) => {
      check('independentPermutationTest', independentPermutationTest(input, noDraws), expected.independent_mean_diff);
      const differences = input.px.map((x, i) => x - input.py[i]!);
      check('pairedPermutationTest', pairedPermutationTest(differences, noDraws), expected.paired_mean_diff);
    },
  );
});
