import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellMeans, drawResamples, factorialEffects, shapleyIntervals } from '../../../harness/statistics/index.ts';

/** A design of 2 x 3 x 2 cells. */
const LEVELS = [2, 3, 2];
const cells = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 12, maxLength: 12 });
const levelsOf = (cell: number): [number, number, number] => [Math.floor(cell / 6), Math.floor(cell / 2) % 3, cell % 2];

/** A fixed cheap sequence: enough for a test, not a generator to use. */
function sequence(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('laws of factorial effects', () => {
  it('has Shapley effects that sum to one, each between its first and its total order', () => {
    fc.assert(
      fc.property(cells, (values) => {
        const { shapley, firstOrder, total, variance } = factorialEffects(LEVELS, values);
        fc.pre(variance > 1e-9);
        expect(shapley!.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 10);
        shapley!.forEach((one, j) => {
          expect(one).toBeGreaterThanOrEqual(firstOrder![j] - 1e-10);
          expect(one).toBeLessThanOrEqual(total![j] + 1e-10);
        });
      }),
    );
  });

  it('gives a dummy factor an effect of 0, and an additive response its first order as Shapley effect', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true }), (a, b) => {
        const additive = Array.from({ length: 12 }, (_, cell) => {
          const [i, j] = levelsOf(cell);
          return a * i + b * j * j;
        });
        const { shapley, firstOrder, total } = factorialEffects(LEVELS, additive);
        expect(Math.abs(shapley![2])).toBeLessThan(1e-12);
        expect(Math.abs(total![2])).toBeLessThan(1e-12);
        shapley!.forEach((one, j) => expect(one).toBeCloseTo(firstOrder![j], 10));
      }),
    );
  });

  it('shares a pure interaction equally between its factors', () => {
    const { shapley, firstOrder } = factorialEffects([2, 2], [1, -1, -1, 1]);
    expect(shapley).toEqual([0.5, 0.5]);
    expect(firstOrder).toEqual([0, 0]);
  });

  it('has no shares when nothing varies, and refuses a design that does not fit', () => {
    expect(factorialEffects([2, 2], [3, 3, 3, 3])).toEqual({
      variance: 0,
      shapley: null,
      firstOrder: null,
      total: null,
    });
    expect(() => factorialEffects([2, 2], [1, 2, 3])).toThrow(/expected 2 x 2 cells, got 3/);
  });

  it('has intervals over prompts that hold the estimate, the same for the same resamples', () => {
    const responses = Array.from({ length: 12 }, (_, prompt) =>
      Float64Array.from({ length: 12 }, (_, cell) => {
        const [i, j, k] = levelsOf(cell);
        return 2 * i + 0.5 * j + 0.3 * i * k + Math.sin(prompt * 12.9 + cell * 7.7);
      }),
    );
    const resamples = drawResamples({ count: 12, replicates: 300, next: sequence() });
    const settings = { levels: LEVELS, responses, resamples, confidence: 0.9 };
    const intervals = shapleyIntervals(settings)!;
    const { shapley } = factorialEffects(
      LEVELS,
      cellMeans(
        responses,
        Uint32Array.from(responses, (_, i) => i),
      ),
    );
    shapley!.forEach((one, j) => {
      expect(intervals[j].low).toBeLessThanOrEqual(one);
      expect(intervals[j].high).toBeGreaterThanOrEqual(one);
    });
    expect(intervals[0].low).toBeGreaterThan(0.5);
    expect(shapleyIntervals(settings)).toEqual(intervals);
    const flat = responses.map((one) => one.map(() => 1));
    expect(shapleyIntervals({ ...settings, responses: flat })).toBeNull();
    const one = drawResamples({ count: 1, replicates: 10, next: sequence() });
    expect(shapleyIntervals({ ...settings, responses: responses.slice(0, 1), resamples: one })).toBeNull();
    expect(() => shapleyIntervals({ ...settings, resamples: one })).toThrow(/12 blocks, got 1/);
  });
});
