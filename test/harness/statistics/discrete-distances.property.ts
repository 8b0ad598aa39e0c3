import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  entropyBits,
  hellinger,
  jensenShannonDistance,
  klDivergenceNats,
  totalVariation,
} from '../../../harness/statistics/index.ts';

const weights = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: 4, maxLength: 4 })
  .filter((all) => all.some((one) => one > 0));
const TINY = 1e-12;
/** Square roots turn an error of 1e-16 near 0 into 1e-8. */
const ROOT_OF_TINY = 1e-7;

describe('laws of distances of discrete distributions', () => {
  it.each([
    ['total variation', totalVariation, TINY],
    ['Jensen-Shannon', jensenShannonDistance, ROOT_OF_TINY],
    ['Hellinger', hellinger, ROOT_OF_TINY],
  ] as const)('%s is a metric within 0 .. 1: symmetric, 0 for equal, triangle inequality', (_, distance, slack) => {
    fc.assert(
      fc.property(weights, weights, weights, (p, q, r) => {
        const value = distance(p, q);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1 + TINY);
        expect(distance(q, p)).toBeCloseTo(value, 12);
        expect(
          distance(
            p,
            p.map((one) => one * 3),
          ),
        ).toBeLessThanOrEqual(slack);
        expect(value).toBeLessThanOrEqual(distance(p, r) + distance(r, q) + slack);
      }),
    );
  });

  it('KL is never negative, at least 2 TVD² (Pinsker), and infinite exactly where q misses what p has', () => {
    fc.assert(
      fc.property(weights, weights, (p, q) => {
        const kl = klDivergenceNats(p, q);
        const missed = p.some((one, i) => one > 0 && q[i] === 0);
        expect(kl === Number.POSITIVE_INFINITY).toBe(missed);
        expect(kl).toBeGreaterThanOrEqual(2 * totalVariation(p, q) ** 2 - TINY);
        const bits = entropyBits(p);
        expect(bits).toBeGreaterThanOrEqual(-TINY);
        expect(bits).toBeLessThanOrEqual(2 + TINY);
      }),
    );
    expect(() => totalVariation([1], [1, 2])).toThrow(/same categories/);
    expect(() => hellinger([0, 0], [1, 0])).toThrow(/positive finite sum/);
    expect(() => entropyBits([-1, 2])).toThrow(/weights >= 0/);
  });
});
