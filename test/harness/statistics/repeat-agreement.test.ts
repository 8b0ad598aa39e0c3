import { describe, expect, it } from 'vitest';
import { repeatAgreement, wilson } from '../../../harness/statistics/index.ts';

describe('agreement of repeats', () => {
  it('counts prompts whose repeats are all identical, and pairs that are equal', () => {
    const outputs = [
      ['a', 'a', 'a'],
      ['a', 'a', 'b'],
      ['a', 'b', 'c'],
      ['d', 'd', 'd'],
    ];
    expect(repeatAgreement(outputs, 0.95)).toEqual({
      repeats: 3,
      prompts: 4,
      allEqual: 2,
      totalAgreement: 0.5,
      interval: wilson({ successes: 2, trials: 4, confidence: 0.95 }),
      pairwiseAgreement: (1 + 1 / 3 + 0 + 1) / 4,
    });
  });

  it('has a pairwise agreement that does not fall with the number of repeats, where total agreement does', () => {
    // One output in ten differs, at places that are spread evenly.
    const outputs = Array.from({ length: 10 }, (_, prompt) =>
      Array.from({ length: 10 }, (_, repeat) => (repeat === prompt ? 1 : 0)),
    );
    const all = repeatAgreement(outputs, 0.95);
    const half = repeatAgreement(
      outputs.map((one) => one.slice(0, 5)),
      0.95,
    );
    expect(all.totalAgreement).toBe(0);
    expect(half.totalAgreement).toBe(0.5);
    expect(half.pairwiseAgreement).toBeCloseTo(all.pairwiseAgreement, 12);
  });

  it('refuses prompts with different numbers of repeats: their agreements cannot be compared', () => {
    expect(() => repeatAgreement([['a', 'a'], ['a']], 0.95)).toThrow(/got 2, 1/);
    expect(() => repeatAgreement([], 0.95)).toThrow(RangeError);
    expect(() => repeatAgreement([['a']], 0.95)).toThrow(RangeError);
  });
});
