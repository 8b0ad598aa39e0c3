import { describe, expect, it } from 'vitest';
import { agrestiCoull, clopperPearson, jeffreys, wilson, type Interval } from '../../../harness/statistics/index.ts';
import { compareWith, numberOf, readGolden, type GoldenNumber } from '../../support/leakage-golden.ts';

type Ends = readonly [GoldenNumber, GoldenNumber];
interface ProportionCase {
  readonly input: { readonly k: number; readonly n: number; readonly level: number };
  readonly expected: {
    readonly wilson: Ends;
    readonly clopper_pearson: Ends;
    readonly agresti_coull: Ends;
    readonly jeffreys: Ends;
  };
}

const FILE = 'leakage/proportion_ci.json';
const golden = readGolden<ProportionCase>(FILE);
const compare = compareWith(FILE);

describe('proportion intervals against statsmodels', () => {
  it('has cases', () => expect(golden.cases.length).toBeGreaterThan(20));

  it.each(golden.cases)('gives the four intervals of $input.k of $input.n at $input.level', ({ input, expected }) => {
    const counts = { successes: input.k, trials: input.n, confidence: input.level };
    const check = (what: string, { low, high }: Interval, [expectedLow, expectedHigh]: Ends): void => {
      compare(what, low, expectedLow, golden.tolerance);
      compare(what, high, expectedHigh, golden.tolerance);
    };
    check('clopperPearson', clopperPearson(counts), expected.clopper_pearson);
    check('wilson', wilson(counts), expected.wilson);
    check('agrestiCoull', agrestiCoull(counts), expected.agresti_coull);
    const { low, high } = jeffreys(counts);
    // The oracle has no Jeffreys limit where k = 0 or n leaves it undefined for its method.
    for (const [got, want] of [
      [low, expected.jeffreys[0]],
      [high, expected.jeffreys[1]],
    ] as const) {
      if (Number.isFinite(numberOf(want))) compare('jeffreys', got, want, golden.tolerance);
    }
  });
});
