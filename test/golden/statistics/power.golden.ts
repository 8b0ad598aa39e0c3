import { describe, expect, it } from 'vitest';
import {
  clopperPearsonHigh,
  cohenH,
  detectionProbability,
  proportionsSampleSize,
  trialsForZeroFailures,
  tTestSampleSize,
  zTestSampleSize,
} from '../../../harness/statistics/index.ts';
import { compareWith, readGolden } from '../../support/leakage-golden.ts';

interface PowerCase {
  readonly input: Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, number>>;
}

const FILE = 'leakage/power.json';
const golden = readGolden<PowerCase>(FILE);
const compare = compareWith(FILE);

/** The oracle's solver stops when its steps are below 1.5e-8 of the size: seen from 670 on. */
const SOLVER = 1.5e-8;

/** Each kind of case by an input that only it has. */
const KINDS: Readonly<
  Record<string, (one: PowerCase, check: (what: string, got: number, name: string) => void) => void>
> = {
  effect_d: ({ input: { effect_d, alpha, power, ratio } }, check) => {
    const demand = { effect: effect_d!, alpha: alpha!, power: power!, ratio: ratio! };
    check('tTestSampleSize', tTestSampleSize({ ...demand, sides: 2 }), 't_two_sided_n1');
    check('zTestSampleSize', zTestSampleSize({ ...demand, sides: 2 }), 'z_two_sided_n1');
    check('zTestSampleSize', zTestSampleSize({ ...demand, sides: 1 }), 'z_one_sided_n1');
  },
  p1: ({ input: { p1, p2, alpha, power } }, check) => {
    const size = proportionsSampleSize({ p1: p1!, p2: p2!, alpha: alpha!, power: power!, sides: 2 });
    check('cohenH', Math.abs(cohenH(p1!, p2!)), 'cohen_h');
    check('proportionsSampleSize', size, 'arcsine_n_two_sided');
  },
  zero_failure_rate: ({ input: { zero_failure_rate, n, alpha } }, check) => {
    const [rate, confidence] = [zero_failure_rate!, 1 - alpha!];
    check('detectionProbability', detectionProbability({ rate, trials: n! }), 'detect_prob');
    check('trialsForZeroFailures', trialsForZeroFailures({ rate, confidence })!, 'n_for_detect');
    const bound = clopperPearsonHigh({ successes: 0, trials: n!, confidence });
    check('clopperPearsonHigh', bound, 'cp_upper_one_sided_zero');
  },
};

describe('sample sizes against statsmodels', () => {
  it.each(golden.cases)('plans $input', (one) => {
    const kind = Object.keys(KINDS).find((name) => name in one.input);
    expect(kind).toBeDefined();
    KINDS[kind!]!(one, (what, got, name) => {
      // Two signs of Cohen's h are two conventions of the same distance.
      const want = name === 'cohen_h' ? Math.abs(one.expected[name]!) : one.expected[name];
      compare(what, got, want, Math.max(golden.tolerance, SOLVER * Math.abs(want)));
    });
  });
});
