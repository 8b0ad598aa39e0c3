import { describe, expect, it } from 'vitest';
import { uniformAt } from '../../../engine/serving/counter-rng.ts';
import { argmax, logSumExp, sampleToken, topLogprobs } from '../../../engine/serving/sampler.ts';

const logits = Float32Array.of(1, 3, 3, -2, 0);
const greedy = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 };

const never = (): number => {
  throw new Error('greedy sampling drew a number');
};

describe('the sampler', () => {
  it('gives equal logits to the lower token id, and draws no number for it', () => {
    expect(argmax(logits)).toBe(1);
    expect(sampleToken(logits, greedy, never)).toBe(1);
    expect(topLogprobs(logits, 3).map(({ tokenId }) => tokenId)).toEqual([1, 2, 0]);
  });

  it('has log-probabilities that sum to one', () => {
    const total = topLogprobs(logits, 5).reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
    expect(Math.abs(total - 1)).toBeLessThan(1e-12);
    expect(Number.isFinite(logSumExp(Float32Array.of(1e4, -1e4)))).toBe(true);
  });

  it('draws the same tokens for the same seed, and follows the distribution', () => {
    const options = { ...greedy, temperature: 1, seed: 42 };
    const draw = (): number[] =>
      Array.from({ length: 4000 }, (_, i) => sampleToken(logits, options, () => uniformAt(options.seed, i)));
    const tokens = draw();
    expect(draw()).toEqual(tokens);
    const share = tokens.filter((t) => t === 1).length / tokens.length;
    expect(Math.abs(share - Math.exp(3 - logSumExp(logits)))).toBeLessThan(0.04);
  });

  it('keeps to top-k and top-p', () => {
    const tokens = (options: object): Set<number> =>
      new Set(
        Array.from({ length: 500 }, (_, i) =>
          sampleToken(logits, { ...greedy, temperature: 2, ...options }, () => uniformAt(0, i)),
        ),
      );
    expect(tokens({ topK: 2 })).toEqual(new Set([1, 2]));
    expect(tokens({ topP: 0.01 })).toEqual(new Set([1]));
  });
});
