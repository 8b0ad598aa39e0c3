import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  normalQuantile,
  pairedDifference,
  pooledDifference,
  tTest,
  welchDifference,
  type MeanDifference,
} from '../../../harness/statistics/index.ts';

/** A fixed cheap sequence: enough for a test, not a generator to use. */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
  };
}

const SIMULATIONS = 2000;
/** sqrt(n) D above this has a chance of .001 when p-values are uniform (Kolmogorov's limit law). */
const KOLMOGOROV_AT_001 = 1.9495;

describe('laws of t tests', () => {
  it.each<[string, (x: number[], y: number[]) => MeanDifference]>([
    ['pooled', pooledDifference],
    ['Welch', welchDifference],
    ['paired', (x, y) => pairedDifference(x.map((value, i) => value - y[i]))],
  ])('%s has uniform p-values under H0, over 2000 simulations', (_, differenceOf) => {
    const next = sequence(2026);
    const draw = (): number[] => Array.from({ length: 12 }, () => normalQuantile(next()));
    const sorted = Array.from({ length: SIMULATIONS }, () => tTest(differenceOf(draw(), draw())).p).sort(
      (a, b) => a - b,
    );
    let distance = 0;
    sorted.forEach((p, i) => {
      distance = Math.max(distance, (i + 1) / SIMULATIONS - p, p - i / SIMULATIONS);
    });
    expect(Math.sqrt(SIMULATIONS) * distance).toBeLessThan(KOLMOGOROV_AT_001);
  });

  it('does not see a shift of both samples or the unit, and turns with the order', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(values, values, (x, y) => {
        fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
        const { t, p } = tTest(welchDifference(x, y));
        const changed = (all: readonly number[]): number[] => all.map((value) => 4 * value + 3);
        const other = tTest(welchDifference(changed(x), changed(y)));
        expect(other.t).toBeCloseTo(t, 9);
        expect(other.p).toBeCloseTo(p, 9);
        expect(tTest(welchDifference(y, x)).t).toBeCloseTo(-t, 12);
      }),
    );
  });
});
