import { describe, it } from 'vitest';
import {
  ascending,
  basicInterval,
  bootstrapInterval,
  bootstrapReplicates,
  bootstrapStandardError,
  percentileInterval,
  quantileOfSorted,
  type Interval,
  type Resamples,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface Ends {
  readonly lo: number;
  readonly hi: number;
}
interface BootstrapCase {
  readonly input: {
    readonly x: readonly number[];
    readonly statistic: string;
    readonly level: number;
    readonly resample_indices: readonly (readonly number[])[];
  };
  readonly expected: { readonly percentile: Ends & { readonly se: number }; readonly basic: Ends; readonly BCa: Ends };
}

/**
 * The mean in numpy's order of additions (eight lanes): a resample that is a permutation of the data must tie with the
 * estimate, or not, exactly as it did for the oracle. BCa counts such ties.
 */
function numpyMean(values: readonly number[]): number {
  const whole = values.length - (values.length % 8);
  let total = 0;
  if (whole > 0) {
    const lanes = values.slice(0, 8);
    for (let i = 8; i < whole; i++) lanes[i % 8]! += values[i]!;
    const [a, b, c, d, e, f, g, h] = lanes as [number, number, number, number, number, number, number, number];
    total = a + b + (c + d) + (e + f + (g + h));
  }
  for (let i = whole; i < values.length; i++) total += values[i]!;
  return total / values.length;
}

const STATISTICS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  mean: numpyMean,
  median: (values) => quantileOfSorted(ascending(values), 0.5),
  std_ddof1: (values) => {
    const centre = numpyMean(values);
    return Math.sqrt(values.reduce((total, value) => total + (value - centre) ** 2, 0) / (values.length - 1));
  },
};

const FILE = 'leakage/bootstrap_fixed_indices.json';
const golden = readGolden<BootstrapCase>(FILE);
const compare = compareWith(FILE);

describe('bootstrap intervals against scipy, with its resamples', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'gives the intervals and the standard error of case $index ($input.statistic)',
    ({ input, expected }) => {
      const resamples: Resamples = {
        count: input.x.length,
        replicates: input.resample_indices.length,
        indices: Uint32Array.from(input.resample_indices.flat()),
      };
      const compute = STATISTICS[input.statistic]!;
      const statistic = (indices: ArrayLike<number>): number => compute(Array.from(indices, (i) => input.x[i]!));
      const replicates = bootstrapReplicates(resamples, statistic);
      const estimate = compute(input.x);
      const check = (what: string, { low, high }: Interval, { lo, hi }: Ends): void => {
        compare(what, low, lo, golden.tolerance);
        compare(what, high, hi, golden.tolerance);
      };
      check('percentileInterval', percentileInterval(replicates, input.level), expected.percentile);
      check('basicInterval', basicInterval(replicates, estimate, input.level), expected.basic);
      check('bootstrapInterval', bootstrapInterval({ resamples, statistic, confidence: input.level })!, expected.BCa);
      const error = bootstrapStandardError(replicates);
      compare('bootstrapStandardError', error, expected.percentile.se, golden.tolerance);
    },
  );
});
