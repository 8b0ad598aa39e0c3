import { describe, expect, it } from 'vitest';
import { sprt, sprtBounds } from '../../../harness/statistics/index.ts';

describe('laws of the probability ratio test', () => {
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
});
