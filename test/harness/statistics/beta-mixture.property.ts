import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaMixtureLogE, betaMixtureLogEAbove, logBinomialTerm } from '../../../harness/statistics/index.ts';

const rate = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** Sum over all counts of n trials: probability under p times the value. */
function expectation(n: number, p: number, valueOf: (failures: number) => number): number {
  let total = 0;
  for (let k = 0; k <= n; k++) total += Math.exp(logBinomialTerm({ k, n, p, q: 1 - p })) * valueOf(k);
  return total;
}

/** Expected value at the time min(first t with value >= limit, n), by recursion over the counts that have not stopped. */
function expectationWhenStopped(
  n: number,
  p: number,
  limit: number,
  valueOf: (k: number, t: number) => number,
): number {
  let going = new Map([[0, 1]]);
  let total = 0;
  for (let t = 1; t <= n; t++) {
    const next = new Map<number, number>();
    for (const [k, probability] of going) {
      for (const [count, weight] of [
        [k + 1, p],
        [k, 1 - p],
      ] as const) {
        const value = valueOf(count, t);
        if (value >= limit || t === n) total += probability * weight * value;
        else next.set(count, (next.get(count) ?? 0) + probability * weight);
      }
    }
    going = next;
  }
  return total;
}

describe('laws of the mixture e-process', () => {
  it('the mixture has expectation one under p0 after any number of trials', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), rate, (trials, p0) => {
        const mean = expectation(trials, p0, (failures) => Math.exp(betaMixtureLogE({ failures, trials, rate: p0 })));
        expect(mean).toBeCloseTo(1, 9);
      }),
    );
  });

  it('the mixture above p0 has expectation one at p0 and at most one below', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        rate,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, p0, share) => {
          const valueOf = (failures: number): number => Math.exp(betaMixtureLogEAbove({ failures, trials, rate: p0 }));
          expect(expectation(trials, p0, valueOf)).toBeCloseTo(1, 8);
          expect(expectation(trials, p0 * share, valueOf)).toBeLessThanOrEqual(1 + 1e-8);
        },
      ),
    );
  });

  it('the mixture keeps its expectation at the time when somebody stops: exactly one, so at most alpha false alarms', () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (p0, alpha) => {
        const mean = expectationWhenStopped(40, p0, 1 / alpha, (failures, trials) =>
          Math.exp(betaMixtureLogE({ failures, trials, rate: p0 })),
        );
        expect(mean).toBeCloseTo(1, 8);
      }),
      { numRuns: 40 },
    );
  });

  it('grows without end when failures are rarer than p0, and the mixture above p0 does not', () => {
    expect(betaMixtureLogE({ failures: 0, trials: 500, rate: 0.05 })).toBeGreaterThan(15);
    expect(betaMixtureLogEAbove({ failures: 0, trials: 500, rate: 0.05 })).toBeLessThan(0);
    expect(betaMixtureLogEAbove({ failures: 60, trials: 500, rate: 0.05 })).toBeGreaterThan(10);
    // Far beyond the range of a double.
    expect(betaMixtureLogEAbove({ failures: 0, trials: 1_000_000, rate: 0.05 })).toBeLessThan(-10);
  });

  it('refuses counts and rates that cannot be', () => {
    expect(() => betaMixtureLogE({ failures: 2, trials: 1, rate: 0.5 })).toThrow(/got 2 of 1 at 0.5/);
    expect(() => betaMixtureLogE({ failures: 0, trials: 1, rate: 0 })).toThrow(RangeError);
  });
});
