import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  miettinenNurminen,
  newcombe,
  normalQuantile,
  scoreZ,
  wilson,
  type TwoProportions,
} from '../../../harness/statistics/index.ts';

const group = fc
  .record({ trials: fc.integer({ min: 2, max: 200 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ trials, share }) => ({ trials, successes: Math.round(trials * share) }));
const two: fc.Arbitrary<TwoProportions> = fc.tuple(group, group).map(([a, b]) => ({
  successes1: a.successes,
  trials1: a.trials,
  successes2: b.successes,
  trials2: b.trials,
}));
const swapped = ({ successes1, trials1, successes2, trials2 }: TwoProportions): TwoProportions => ({
  successes1: successes2,
  trials1: trials2,
  successes2: successes1,
  trials2: trials1,
});

/** z of Miettinen and Nurminen with P2 from their cubic, solved by its trigonometric formula: an independent way. */
function closedFormZ(
  { successes1: k1, trials1: n1, successes2: k2, trials2: n2 }: TwoProportions,
  delta: number,
): number {
  const n = n1 + n2;
  const l3 = n;
  const l2 = (n1 + 2 * n2) * delta - n - k1 - k2;
  const l1 = (n2 * delta - n - 2 * k2) * delta + k1 + k2;
  const l0 = k2 * delta * (1 - delta);
  const q = l2 ** 3 / (3 * l3) ** 3 - (l1 * l2) / (6 * l3 ** 2) + l0 / (2 * l3);
  const p = (q < 0 ? -1 : 1) * Math.sqrt(l2 ** 2 / (3 * l3) ** 2 - l1 / (3 * l3));
  const angle = (Math.PI + Math.acos(Math.min(1, Math.max(-1, q / p ** 3)))) / 3;
  const p2 = 2 * p * Math.cos(angle) - l2 / (3 * l3);
  const p1 = p2 + delta;
  const variance = ((p1 * (1 - p1)) / n1 + (p2 * (1 - p2)) / n2) * (n / (n - 1));
  return (k1 / n1 - k2 / n2 - delta) / Math.sqrt(variance);
}

describe('laws of the difference of two proportions', () => {
  it.each([
    ['Newcombe', newcombe],
    ['Miettinen-Nurminen', miettinenNurminen],
  ] as const)('%s holds the observed difference and mirrors when the groups are swapped', (_, interval) => {
    fc.assert(
      fc.property(two, (counts) => {
        const { low, high } = interval(counts, 0.9);
        const difference = counts.successes1 / counts.trials1 - counts.successes2 / counts.trials2;
        expect(low).toBeLessThanOrEqual(difference + 1e-12);
        expect(high).toBeGreaterThanOrEqual(difference - 1e-12);
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(high).toBeLessThanOrEqual(1 + 1e-12);
        const mirrored = interval(swapped(counts), 0.9);
        expect(mirrored.low).toBeCloseTo(-high, 9);
        expect(mirrored.high).toBeCloseTo(-low, 9);
      }),
    );
  });

  it('Miettinen-Nurminen has z = +-1.645 at its 90 % ends', () => {
    fc.assert(
      fc.property(two, (counts) => {
        const { low, high } = miettinenNurminen(counts, 0.9);
        if (low > -1 + 1e-9) expect(scoreZ(counts, low)).toBeCloseTo(normalQuantile(0.95), 6);
        if (high < 1 - 1e-9) expect(scoreZ(counts, high)).toBeCloseTo(-normalQuantile(0.95), 6);
      }),
    );
  });

  it('the score z agrees with the closed form of the cubic', () => {
    fc.assert(
      fc.property(two, fc.double({ min: -0.95, max: 0.95, noNaN: true }), (counts, delta) => {
        const closed = closedFormZ(counts, delta);
        fc.pre(Number.isFinite(closed) && Math.abs(delta) > 1e-3);
        expect(Math.abs(scoreZ(counts, delta) - closed) / Math.max(1, Math.abs(closed))).toBeLessThan(1e-5);
      }),
    );
  });

  it('Wilson holds the observed proportion, mirrors, and starts at 0 and ends at 1 exactly', () => {
    fc.assert(
      fc.property(group, ({ successes, trials }) => {
        const { low, high } = wilson({ successes, trials, confidence: 0.95 });
        expect(low).toBeLessThanOrEqual(successes / trials);
        expect(high).toBeGreaterThanOrEqual(successes / trials);
        const mirrored = wilson({ successes: trials - successes, trials, confidence: 0.95 });
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
      }),
    );
    expect(wilson({ successes: 0, trials: 9, confidence: 0.95 }).low).toBe(0);
    expect(wilson({ successes: 9, trials: 9, confidence: 0.95 }).high).toBe(1);
    expect(() => newcombe({ successes1: 2, trials1: 1, successes2: 0, trials2: 1 }, 0.9)).toThrow(RangeError);
    expect(() => miettinenNurminen({ successes1: 0, trials1: 1, successes2: 0, trials2: 0 }, 0.9)).toThrow(RangeError);
  });
});
