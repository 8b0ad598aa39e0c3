import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorialAnova } from '../../../harness/statistics/index.ts';

/** A design of 2 x 3 x 2 cells. */
const LEVELS = [2, 3, 2];
const cells = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 12, maxLength: 12 });
const levelsOf = (cell: number): [number, number, number] => [Math.floor(cell / 6), Math.floor(cell / 2) % 3, cell % 2];

describe('laws of the factorial analysis of variance', () => {
  it('takes the total sum of squares apart without a rest, with and without blocks', () => {
    fc.assert(
      fc.property(cells, cells, cells, fc.boolean(), (first, second, third, blocked) => {
        const observations = [first, second, third].flatMap((values, block) =>
          values.map((value, cell) => ({ cell, value, ...(blocked ? { block } : {}) })),
        );
        const { effects, residual, totalSumOfSquares } = factorialAnova(LEVELS, observations);
        const explained = effects.reduce((sum, { sumOfSquares }) => sum + sumOfSquares, 0);
        if (!blocked) expect(explained + residual.sumOfSquares).toBeCloseTo(totalSumOfSquares, 7);
        else expect(explained + residual.sumOfSquares).toBeLessThanOrEqual(totalSumOfSquares + 1e-7);
        expect(residual.degreesOfFreedom).toBe(blocked ? 22 : 24);
        expect(effects.reduce((sum, { degreesOfFreedom }) => sum + degreesOfFreedom, 0)).toBe(11);
      }),
    );
  });

  it('blocks take differences between prompts out of the residual', () => {
    const observations = Array.from({ length: 24 }, (_, i) => {
      const [block, cell] = [Math.floor(i / 12), i % 12];
      return { cell, block, value: 100 * block + levelsOf(cell)[0] + 0.01 * Math.sin(i * 3.7) };
    });
    const withBlocks = factorialAnova(LEVELS, observations);
    const without = factorialAnova(
      LEVELS,
      observations.map(({ cell, value }) => ({ cell, value })),
    );
    expect(withBlocks.effects[0].p).toBeLessThan(1e-10);
    expect(without.effects[0].p).toBeGreaterThan(0.5);
  });

  it('judges nothing without a residual, and refuses an unbalanced design', () => {
    const once = Array.from({ length: 12 }, (_, cell) => ({ cell, value: cell }));
    expect(factorialAnova(LEVELS, once).effects.every(({ f, p }) => f === null && p === null)).toBe(true);
    expect(() => factorialAnova(LEVELS, once.slice(1))).toThrow(/balanced/);
    expect(() => factorialAnova(LEVELS, [...once, once[0]])).toThrow(/balanced/);
    expect(() => factorialAnova(LEVELS, [{ cell: 12, value: 1 }])).toThrow(/cells 0..11/);
  });
});
