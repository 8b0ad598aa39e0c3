import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countDistances,
  hammingKernel,
  mmdUnbiased,
  modelEqualityTest,
  permutationPValue,
  permutationsNeeded,
  poolCompletions,
  spectrumKernel,
  stratifiedPermutations,
} from '../../../harness/statistics/index.ts';

/** A fixed cheap sequence: enough for a test, not a generator to use. */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ç', '😀'), maxLength: 6 });
const sample = fc.array(text, { minLength: 4, maxLength: 8 });
const alternate = (length: number): number[] => Array.from({ length }, (_, i) => i % 2);

describe('laws of model equality statistics', () => {
  it('does not depend on which sample is first, nor on the order within a sample', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const pool = (a: readonly string[], b: readonly string[]) =>
          poolCompletions(
            { prompts: alternate(a.length), completions: a },
            { prompts: alternate(b.length), completions: b },
            8,
          );
        const [ab, ba] = [pool(first, second), pool(second, first)];
        expect(mmdUnbiased(ba, hammingKernel(ba))!).toBeCloseTo(mmdUnbiased(ab, hammingKernel(ab))!, 12);
        expect(mmdUnbiased(ba, spectrumKernel(ba, 3))!).toBeCloseTo(mmdUnbiased(ab, spectrumKernel(ab, 3))!, 12);
        const [one, other] = [countDistances(ab), countDistances(ba)];
        expect(other.l1).toBeCloseTo(one.l1, 12);
        expect(other.l2).toBeCloseTo(one.l2, 12);
        expect(other.chiSquare).toBeCloseTo(one.chiSquare, 8);
        expect(one.l1).toBeLessThanOrEqual(2 + 1e-12);
      }),
    );
  });

  it('has kernels of 1 with oneself, 0 across prompts, and compares code points, not UTF-16 units', () => {
    const pooled = poolCompletions(
      { prompts: [0, 0, 1], completions: ['a😀b', 'axb', 'axb'] },
      { prompts: [0], completions: ['a😀'] },
      4,
    );
    const kernel = hammingKernel(pooled);
    expect([0, 1, 2, 3].map((i) => kernel[i * 4 + i])).toEqual([1, 1, 1, 1]);
    // a, b and the pad match; only 😀 and x differ
    expect(kernel[1]).toBe(0.75);
    expect(kernel[2]).toBe(0);
    expect(spectrumKernel(pooled, 5)[0]).toBeCloseTo(1, 15);
  });

  it('permutes within prompts only: every row keeps each prompt in its places', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), (strata) => {
        const permutations = stratifiedPermutations({ strata, replicates: 5, next: sequence(5) });
        for (let row = 0; row < 5; row++) {
          const order = [...permutations.subarray(row * strata.length, (row + 1) * strata.length)];
          expect(order.map((i) => strata[i])).toEqual(strata);
          expect([...order].sort((a, b) => a - b)).toEqual(strata.map((_, i) => i));
        }
      }),
    );
  });

  it('finds a changed endpoint and passes the same one', () => {
    const next = sequence(11);
    const draw = (words: readonly string[], count: number) => ({
      prompts: alternate(count),
      completions: Array.from({ length: count }, () => words[Math.floor(next() * words.length)]),
    });
    const words = ['yes', 'no', 'maybe so', 'no answer'];
    const test = (other: readonly string[]) => {
      const pooled = poolCompletions(draw(words, 40), draw(other, 40), 12);
      return modelEqualityTest(pooled, { kernel: hammingKernel(pooled), replicates: 200, next: sequence(3) })!;
    };
    expect(test(words).p).toBeGreaterThan(0.05);
    expect(test(['the model', 'said so']).p).toBeLessThan(0.01);
  });

  it('is not defined without two completions of one prompt in each sample', () => {
    const pooled = poolCompletions(
      { prompts: [0, 1], completions: ['a', 'b'] },
      { prompts: [0], completions: ['a'] },
      3,
    );
    expect(mmdUnbiased(pooled, hammingKernel(pooled))).toBeNull();
    const settings = { kernel: hammingKernel(pooled), replicates: 10, next: sequence(1) };
    expect(modelEqualityTest(pooled, settings)).toBeNull();
    expect(() => poolCompletions({ prompts: [0], completions: [] }, { prompts: [], completions: [] }, 3)).toThrow(
      RangeError,
    );
  });

  it('gives p-values that are valid: never 0, and uniform over exchangeable statistics', () => {
    const statistics = Array.from({ length: 20 }, (_, i) => (i * 7) % 20);
    const pValues = statistics.map((observed, i) =>
      permutationPValue(
        observed,
        statistics.filter((_, j) => j !== i),
      ),
    );
    expect([...pValues].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) / 20));
    expect(permutationPValue(5, [1, 2, 3])).toBe(0.25);
    // Rounding does not break a tie.
    expect(permutationPValue(0.1 + 0.2, [0.3, 0.1])).toBeCloseTo(2 / 3, 15);
    expect(permutationsNeeded(0.01)).toBe(2000);
    expect(() => permutationPValue(1, [])).toThrow(RangeError);
    expect(() => permutationPValue(1, [Number.NaN])).toThrow(RangeError);
  });
});
