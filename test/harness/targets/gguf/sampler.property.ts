import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../harness/ports/index.ts';
import { logProbability, sampleToken } from '../../../../harness/targets/gguf/sampler.ts';

const logitsOf = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 40 });
const drawn = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the sampler of the GGUF target', () => {
  it('has probabilities that sum to 1', () => {
    fc.assert(
      fc.property(logitsOf, (values) => {
        const logits = Float32Array.from(values);
        const sum = values.reduce((all, _, token) => all + Math.exp(logProbability(logits, token)), 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
  });

  it('gives a token of the vocabulary, and a larger draw never a smaller id', () => {
    fc.assert(
      fc.property(
        logitsOf,
        drawn,
        drawn,
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        (values, a, b, temperature) => {
          const logits = Float32Array.from(values);
          const [low, high] = [Math.min(a, b), Math.max(a, b)].map((draw) => sampleToken(logits, temperature, draw));
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThan(values.length);
          // but for the last rounding, where the most likely token stands in
          if (high < low) expect(logits[high]).toBe(Math.max(...logits));
        },
      ),
    );
  });

  it('gives each token as often as its probability says', () => {
    const logits = Float32Array.from([0, Math.log(2), Math.log(5)]);
    const rng = createRng('sampler');
    const counts = [0, 0, 0];
    for (let i = 0; i < 8000; i++) counts[sampleToken(logits, 1, rng.next())]++;
    // 5 standard deviations of the largest count are 217
    for (const [token, expected] of [1000, 2000, 5000].entries())
      expect(Math.abs(counts[token] - expected)).toBeLessThan(220);
  });
});
