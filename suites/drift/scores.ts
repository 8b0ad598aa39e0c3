/**
 * Scores: log-probabilities of single tokens, where a target gives no logits. What they allow is the difference at the tokens that
 * really came next, and nothing about the rest of the distribution.
 *
 * Three contexts, the strongest first: the reference's output tokens scored behind the level's prompt (teacher forcing), the tokens of
 * one and the same prompt, and the produced tokens for as long as both sides have produced the same ones.
 * @module
 */
import { chosenLogprobs, compare, type RequestPair } from '../pairing/index.ts';

export const SCORE_CONTEXTS = ['forced-output', 'prompt-positions', 'same-history-output'] as const;
export type ScoreContext = (typeof SCORE_CONTEXTS)[number];

/** [positions] log-probability at the level - at the reference, in nats; [] = nothing to compare in that context. */
export function scoreDifferences(pair: RequestPair, context: ScoreContext): readonly number[] {
  const { reference, level } = pair;
  switch (context) {
    case 'forced-output':
      return differences(reference.logprobs, level.exchange?.forcedLogprobs ?? []);
    case 'prompt-positions':
      if (reference.promptSha256 !== level.promptSha256) return [];
      return differences(reference.exchange?.promptLogprobs ?? [], level.exchange?.promptLogprobs ?? []);
    case 'same-history-output':
      // behind other prompts the history is another one
      if (reference.promptSha256 !== level.promptSha256) return [];
      return chosenLogprobs(compare(pair))?.differences ?? [];
  }
}

/** Lists of other lengths are lists of other positions; a value that is unavailable on a side is left out, and never taken for 0. */
function differences(reference: readonly (number | null)[], level: readonly (number | null)[]): number[] {
  if (reference.length !== level.length) return [];
  return reference.flatMap((before, position) => {
    const after = level[position];
    return before === null || after === null ? [] : [after - before];
  });
}
