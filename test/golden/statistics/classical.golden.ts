import { describe, it } from 'vitest';
import { binomialTest, mcNemarExact } from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface ClassicalCase {
  readonly input: {
    readonly k: number;
    readonly n: number;
    readonly p0: number;
    readonly discordant: readonly [number, number];
  };
  readonly expected: {
    readonly binom_two_sided: number;
    readonly binom_greater: number;
    readonly mcnemar_exact: number;
  };
}

const FILE = 'leakage/classical_tests.json';
const golden = readGolden<ClassicalCase>(FILE);
const compare = compareWith(FILE);

describe('classical tests against scipy and statsmodels', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'gives the p-values of case $index',
    ({ input, expected }) => {
      const binomial = binomialTest({ successes: input.k, trials: input.n, rate: input.p0 });
      compare('binomialTest', binomial.pTwoSided, expected.binom_two_sided, golden.tolerance);
      compare('binomialTest', binomial.pGreater, expected.binom_greater, golden.tolerance);
      const [onlyFirst, onlySecond] = input.discordant;
      compare(
        'mcNemarExact',
        mcNemarExact({ onlyFirst, onlySecond }).pTwoSided,
        expected.mcnemar_exact,
        golden.tolerance,
      );
    },
  );
});
