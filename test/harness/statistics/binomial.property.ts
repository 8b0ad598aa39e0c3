import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binomialTest,
  logBinomialLowerTail,
  logBinomialTerm,
  logBinomialUpperTail,
  mcNemarExact,
} from '../../../harness/statistics/index.ts';

const counts = fc
  .record({ trials: fc.integer({ min: 1, max: 120 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ trials, share }) => ({ trials, successes: Math.round(trials * share) }));
const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** Every mass, by its definition. */
const massesOf = (trials: number, p: number): number[] =>
  Array.from({ length: trials + 1 }, (_, k) => Math.exp(logBinomialTerm({ k, n: trials, p, q: 1 - p })));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('laws of the binomial test', () => {
  it('has as tails the sums of the masses', () => {
    fc.assert(
      fc.property(counts, rate, ({ successes, trials }, p) => {
        const logs = Array.from({ length: trials + 1 }, (_, k) => logBinomialTerm({ k, n: trials, p, q: 1 - p }));
        const upper = logBinomialUpperTail({ successes, trials, rate: p });
        const lower = logBinomialLowerTail({ successes, trials, rate: p });
        // Shares of the tail, so that masses below the smallest double count too.
        expect(sum(logs.slice(successes).map((one) => Math.exp(one - upper)))).toBeCloseTo(1, 10);
        expect(sum(logs.slice(0, successes + 1).map((one) => Math.exp(one - lower)))).toBeCloseTo(1, 10);
      }),
    );
  });

  it('sums for the two-sided p every count that is not more likely than the observed one', () => {
    fc.assert(
      fc.property(counts, rate, ({ successes, trials }, p) => {
        const masses = massesOf(trials, p);
        const unlikely = masses.filter((mass) => mass <= masses[successes] * (1 + 1e-7));
        expect(binomialTest({ successes, trials, rate: p }).pTwoSided).toBeCloseTo(Math.min(1, sum(unlikely)), 10);
      }),
    );
  });

  it('gives for McNemar the mirrored one-sided p-values when the two are swapped', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(80), (onlyFirst, onlySecond) => {
        const a = mcNemarExact({ onlyFirst, onlySecond });
        const b = mcNemarExact({ onlyFirst: onlySecond, onlySecond: onlyFirst });
        expect(a.pGreater).toBeCloseTo(b.pLess, 12);
        expect(a.pTwoSided).toBeCloseTo(b.pTwoSided, 12);
        expect(a.pTwoSided).toBeGreaterThan(0);
        expect(a.pTwoSided).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('has nothing to say without discordant pairs, and refuses counts that cannot be', () => {
    expect(mcNemarExact({ onlyFirst: 0, onlySecond: 0 })).toEqual({ pGreater: 1, pLess: 1, pTwoSided: 1 });
    expect(() => binomialTest({ successes: 3, trials: 2, rate: 0.5 })).toThrow(/got 3 of 2/);
    expect(() => binomialTest({ successes: 1, trials: 2, rate: 1.5 })).toThrow(/rate in 0..1/);
    expect(binomialTest({ successes: 0, trials: 4, rate: 0 }).pTwoSided).toBe(1);
    expect(binomialTest({ successes: 1, trials: 4, rate: 0 }).pTwoSided).toBe(0);
  });
});
