import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clopperPearson,
  clopperPearsonHigh,
  incompleteBeta,
  incompleteBetaInverse,
  trialsForZeroFailures,
} from '../../../harness/statistics/index.ts';

/** P(X = k) of a binomial, by the recursion over k: independent of the incomplete beta function. */
function binomial(n: number, p: number): number[] {
  const masses = [(1 - p) ** n];
  for (let k = 1; k <= n; k++) masses.push((masses[k - 1] * (n - k + 1) * p) / (k * (1 - p)));
  return masses;
}

describe('laws of the exact proportion bounds', () => {
  it('covers the true proportion at least as often as it says, on the whole grid of n <= 60', () => {
    for (let n = 1; n <= 60; n++) {
      const intervals = Array.from({ length: n + 1 }, (_, k) =>
        clopperPearson({ successes: k, trials: n, confidence: 0.95 }),
      );
      for (const p of [0.01, 0.05, 0.11, 0.25, 0.5, 0.77, 0.93, 0.99]) {
        const covered = binomial(n, p).reduce(
          (total, mass, k) => total + (intervals[k].low <= p && p <= intervals[k].high ? mass : 0),
          0,
        );
        expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-9);
      }
    }
  });

  it('mirrors: the interval of failures is the mirrored interval of successes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(share * trials);
        const a = clopperPearson({ successes, trials, confidence: 0.9 });
        const b = clopperPearson({ successes: trials - successes, trials, confidence: 0.9 });
        expect(a.low).toBeCloseTo(1 - b.high, 10);
        expect(a.high).toBeCloseTo(1 - b.low, 10);
      }),
      { numRuns: 60 },
    );
  });

  it('inverts the incomplete beta function', () => {
    // From 1 on, as for counts: below, the function is so steep at its ends that one ulp of x is seen in p.
    const parameter = fc.double({ min: 1, max: 200, noNaN: true });
    fc.assert(
      fc.property(parameter, parameter, fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (a, b, p) => {
        expect(incompleteBeta({ a, b, x: incompleteBetaInverse({ a, b, p }) })).toBeCloseTo(p, 8);
      }),
      { numRuns: 60 },
    );
  });

  it('names the smallest number of trials whose bound is inside', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 0.999, noNaN: true }), (rate) => {
        const trials = trialsForZeroFailures({ rate, confidence: 0.95 })!;
        expect(clopperPearsonHigh({ successes: 0, trials, confidence: 0.95 })).toBeLessThanOrEqual(rate);
        if (trials > 1) {
          expect(clopperPearsonHigh({ successes: 0, trials: trials - 1, confidence: 0.95 })).toBeGreaterThan(rate);
        }
      }),
    );
  });
});
