/**
 * `usage`: tokens of each prompt once (whatever n is), what came from the prefix cache, and tokens of all choices.
 * @module
 */
import type { Generation } from './generation.ts';

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** @param n - choices per prompt; cached tokens are those of each prompt's first choice */
export function usageOf(generations: readonly Generation[], n: number): Usage {
  const first = generations.filter((_, i) => i % n === 0);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  const prompt = sum(first.map(({ request }) => request.tokenIds.length));
  const completion = sum(generations.map(({ result, produced }) => result?.tokenIds.length ?? produced.length));
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(first.map(({ result }) => result?.cachedTokens ?? 0)) },
  };
}
