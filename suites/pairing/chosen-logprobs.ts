/**
 * Log-probabilities of the tokens that were really chosen, as they arrived: all that a server gives where it gives no logits.
 *
 * A position counts when both sides have the same tokens up to and including it (the same history, the same token) and both values are
 * available. Nothing after the first differing token is compared, nor is the differing token: two different tokens would be.
 * @module
 */
import type { RequestObservation } from '../../harness/schema/index.ts';
import type { Comparison } from './comparison.ts';

export interface ChosenLogprobs {
  /** Level - reference at each position that counts, in nats. */
  readonly differences: readonly number[];
  /** Positions with the same history at which a side has no value. */
  readonly unavailable: number;
  /** Same tokens, and every value the same number; null = a value is unavailable, so that it cannot be told. */
  readonly equal: boolean | null;
}

/** Null when a side has no tokens, or not one entry for each of them. */
export function chosenLogprobs({ pair, tokensEqual, firstTokenDiff }: Comparison): ChosenLogprobs | null {
  const { reference, level } = pair;
  if (tokensEqual === null || !hasEveryLogprob(reference) || !hasEveryLogprob(level)) return null;
  const positions = firstTokenDiff ?? reference.logprobs.length;
  const differences: number[] = [];
  for (let position = 0; position < positions; position++) {
    const [a, b] = [reference.logprobs[position], level.logprobs[position]];
    // unavailable on a side: left out, and never taken for 0
    if (a !== null && b !== null) differences.push(b - a);
  }
  const unavailable = positions - differences.length;
  const differs = !tokensEqual || differences.some((difference) => difference !== 0);
  return { differences, unavailable, equal: differs ? false : unavailable > 0 || positions === 0 ? null : true };
}

/** One entry for each produced token, available or not. */
function hasEveryLogprob({ logprobs, tokenIds, exchange }: RequestObservation): boolean {
  const tokens = tokenIds.length > 0 ? tokenIds.length : (exchange?.tokenTexts.length ?? 0);
  return logprobs.length > 0 && logprobs.length === tokens;
}
