import { describe, it } from 'vitest';
import { miettinenNurminen, newcombe, type Interval, type TwoProportions } from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface TostCase {
  readonly input: { readonly k1: number; readonly n1: number; readonly k2: number; readonly n2: number };
  readonly expected: {
    readonly newcombe_90: readonly [number, number];
    readonly miettinen_nurminen_90: readonly [number, number];
  };
}

const FILE = 'leakage/tost.json';
const golden = readGolden<TostCase>(FILE);
const compare = compareWith(FILE);
const CONFIDENCE = 0.9;
/** The oracle's cubic has k2 delta where Miettinen and Nurminen have n2 delta; that moves ends by up to 1.1e-3. */
const WRONG_COEFFICIENT = 2e-3;

/** z of the score test with the oracle's cubic: shows that the coefficient is the whole difference. */
function oracleZ({ successes1: k1, trials1: n1, successes2: k2, trials2: n2 }: TwoProportions, delta: number): number {
  const n = n1 + n2;
  const l3 = n;
  const l2 = (n1 + 2 * n2) * delta - n - k1 - k2;
  const l1 = (k2 * delta - n - 2 * k2) * delta + k1 + k2;
  const l0 = k2 * delta * (1 - delta);
  const q = l2 ** 3 / (3 * l3) ** 3 - (l1 * l2) / (6 * l3 ** 2) + l0 / (2 * l3);
  const p = Math.sign(q) * Math.sqrt(l2 ** 2 / (3 * l3) ** 2 - l1 / (3 * l3));
  const angle = (Math.PI + Math.acos(q / p ** 3)) / 3;
  const p2 = 2 * p * Math.cos(angle) - l2 / (3 * l3);
  const p1 = p2 + delta;
  const variance = ((p1 * (1 - p1)) / n1 + (p2 * (1 - p2)) / n2) * (n / (n - 1));
  return (k1 / n1 - k2 / n2 - delta) / Math.sqrt(variance);
}

describe('differences of two proportions against statsmodels', () => {
  it.each(golden.cases.map((one, index) => ({ index, ...one })))(
    'gives the intervals of case $index',
    ({ input, expected }) => {
      const counts = { successes1: input.k1, trials1: input.n1, successes2: input.k2, trials2: input.n2 };
      const ends = (
        what: string,
        { low, high }: Interval,
        want: readonly [number, number],
        tolerance: number,
      ): void => {
        compare(what, low, want[0], tolerance);
        compare(what, high, want[1], tolerance);
      };
      ends('newcombe', newcombe(counts, CONFIDENCE), expected.newcombe_90, golden.tolerance);
      ends(
        'miettinenNurminen',
        miettinenNurminen(counts, CONFIDENCE),
        expected.miettinen_nurminen_90,
        WRONG_COEFFICIENT,
      );
      const [low, high] = expected.miettinen_nurminen_90;
      const quantile = 1.6448536269514722;
      compare('score z with the oracle coefficient', oracleZ(counts, low), quantile, golden.tolerance);
      compare('score z with the oracle coefficient', oracleZ(counts, high), -quantile, golden.tolerance);
    },
  );
});
