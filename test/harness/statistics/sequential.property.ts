import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betaMixtureLogE,
  betaMixtureLogEAbove,
  eBenjaminiHochberg,
  hedgedCapital,
  logBinomialTerm,
  logMeanEValue,
  sprt,
  sprtBounds,
} from '../../../harness/statistics/index.ts';

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

describe('laws of sequential tests', () => {
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

  it('hedged capital has expectation at most one over all sequences of a fair coin', () => {
    const length = 10;
    for (const mean of [0.2, 0.5, 0.9]) {
      let total = 0;
      for (let mask = 0; mask < 2 ** length; mask++) {
        const values = Array.from({ length }, (_, i) => (mask >>> i) & 1);
        const ones = values.reduce((count, value) => count + value, 0);
        const weight = mean ** ones * (1 - mean) ** (length - ones);
        total += weight * hedgedCapital(values, { mean, alpha: 0.05 })[length - 1];
      }
      expect(total).toBeLessThanOrEqual(1 + 1e-12);
      expect(total).toBeGreaterThan(0.5);
    }
    expect(() => hedgedCapital([0.5, 1.5], { mean: 0.5, alpha: 0.05 })).toThrow(/got 1.5 at 1/);
    expect(() => hedgedCapital([0.5], { mean: 1, alpha: 0.05 })).toThrow(RangeError);
  });

  it('the probability ratio test keeps its error rates, counted exactly over all paths', () => {
    const [rate0, rate1, alpha, beta] = [0.05, 0.25, 0.05, 0.1];
    const settings = { rate0, rate1, alpha, beta };
    /** Chance to end with `wanted` within 120 trials at the true rate p. */
    const chance = (p: number, wanted: string): number => {
      let going = new Map([[0, 1]]);
      let total = 0;
      const { lower, upper } = sprtBounds(settings);
      for (let t = 1; t <= 120; t++) {
        const next = new Map<number, number>();
        for (const [k, probability] of going) {
          for (const [count, weight] of [
            [k + 1, p],
            [k, 1 - p],
          ] as const) {
            const ratio = count * Math.log(rate1 / rate0) + (t - count) * Math.log((1 - rate1) / (1 - rate0));
            if (ratio >= upper) total += wanted === 'rejectH0' ? probability * weight : 0;
            else if (ratio <= lower) total += wanted === 'acceptH0' ? probability * weight : 0;
            else next.set(count, (next.get(count) ?? 0) + probability * weight);
          }
        }
        going = next;
      }
      return total;
    };
    // Wald: alpha' <= alpha/(1 - beta), beta' <= beta/(1 - alpha).
    expect(chance(rate0, 'rejectH0')).toBeLessThanOrEqual(alpha / (1 - beta));
    expect(chance(rate1, 'acceptH0')).toBeLessThanOrEqual(beta / (1 - alpha));
    expect(sprt([true, true, true], settings)).toEqual({ decision: 'rejectH0', trials: 2 });
    expect(sprt([false, true], settings)).toEqual({ decision: 'continue', trials: 2 });
    expect(() => sprtBounds({ alpha: 0.5, beta: 0.5 })).toThrow(RangeError);
  });

  it('refuses counts and rates that cannot be', () => {
    expect(() => betaMixtureLogE({ failures: 2, trials: 1, rate: 0.5 })).toThrow(/got 2 of 1 at 0.5/);
    expect(() => betaMixtureLogE({ failures: 0, trials: 1, rate: 0 })).toThrow(RangeError);
  });
});

describe('laws of e-values', () => {
  const logE = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 8 });

  it('has a mean between the smallest and the largest, and takes e-values beyond a double', () => {
    fc.assert(
      fc.property(logE, (all) => {
        const mean = all.reduce((total, one) => total + Math.exp(one), 0) / all.length;
        expect(Math.exp(logMeanEValue(all)) / mean).toBeCloseTo(1, 12);
      }),
    );
    expect(logMeanEValue([5000, 0])).toBeCloseTo(5000 - Math.LN2, 9);
    expect(logMeanEValue([-Infinity, -Infinity])).toBe(-Infinity);
    expect(() => logMeanEValue([])).toThrow(RangeError);
    expect(() => logMeanEValue([Number.NaN])).toThrow(RangeError);
  });

  it('e-BH is Benjamini-Hochberg of the p-values 1/e', () => {
    fc.assert(
      fc.property(logE, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (all, level) => {
        const p = all.map((one) => Math.min(1, Math.exp(-one)));
        const sorted = [...p].sort((a, b) => a - b);
        let limit = -1;
        sorted.forEach((value, i) => {
          if (value <= (level * (i + 1)) / p.length) limit = value;
        });
        expect(eBenjaminiHochberg(all, level)).toEqual(p.map((value) => value <= limit));
      }),
    );
    expect(() => eBenjaminiHochberg([0], 1)).toThrow(RangeError);
  });
});
