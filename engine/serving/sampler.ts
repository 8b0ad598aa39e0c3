/**
 * From logits to a token: greedy (no randomness at all) or temperature, top-k, min-p and top-p with one counter-based draw per token.
 *
 * Ties have a rule: the lower token id wins. Probabilities are float64 from portable exp and log, summed in ascending rank.
 * @module
 */
import { exp64, log64 } from '../formats/index.ts';

export interface SamplingOptions {
  /** 0 = greedy */
  readonly temperature: number;
  /** 1 = off */
  readonly topP: number;
  /** 0 = off */
  readonly topK: number;
  /** Tokens less likely than this part of the most likely one's probability are left out; 0 = off. Before top-p, as vLLM has it. */
  readonly minP: number;
  readonly seed: number;
}

export interface TokenLogprob {
  readonly tokenId: number;
  /** Natural log. */
  readonly logprob: number;
}

/** Index of the largest logit; equal logits: the lower index. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}

/** ln of the sum of exp(logits), in float64 with the maximum taken out, ascending. */
export function logSumExp(logits: Float32Array): number {
  const max = logits[argmax(logits)];
  let sum = 0;
  for (const z of logits) sum += exp64(z - max);
  return max + log64(sum);
}

/** Log-probabilities of the k most likely tokens, best first. */
export function topLogprobs(logits: Float32Array, k: number): TokenLogprob[] {
  const lse = logSumExp(logits);
  return ranked(logits)
    .slice(0, k)
    .map((tokenId) => ({ tokenId, logprob: logits[tokenId] - lse }));
}

/** Place of a token among all, best = 1, by the rule of `topLogprobs`: equal logits, the lower id first. */
export function rankOf(logits: Float32Array, tokenId: number): number {
  let rank = 1;
  for (let id = 0; id < logits.length; id++)
    if (logits[id] > logits[tokenId] || (logits[id] === logits[tokenId] && id < tokenId)) rank++;
  return rank;
}

/** Token ids by logit descending, then id ascending. */
function ranked(logits: Float32Array): number[] {
  return Array.from(logits, (_, id) => id).sort((a, b) => logits[b] - logits[a] || a - b);
}

/** Uniform numbers in [0, 1) for sampling: a part of the engine. The default is a function of (seed, index) alone. */
export type SamplerRng = (
  seed: number,
  index: number,
  place: { readonly request: string; readonly slot: number; readonly draft: boolean },
) => number;

/** @param uniform - the one random number that a token takes; not called when greedy */
export function sampleToken(logits: Float32Array, options: SamplingOptions, uniform: () => number): number {
  const { temperature, topP, topK, minP } = options;
  if (temperature === 0) return argmax(logits);
  const order = ranked(logits);
  const kept = topK > 0 ? order.slice(0, topK) : order;
  const max = logits[order[0]];
  // relative to the most likely token, whose weight is 1
  const weights = kept.map((id) => exp64((logits[id] - max) / temperature)).filter((w) => w >= minP);
  const total = weights.reduce((sum, w) => sum + w, 0);
  let nucleus = 0;
  let size = 0;
  while (size < weights.length && (size === 0 || nucleus < topP * total)) nucleus += weights[size++];
  let target = uniform() * nucleus;
  for (let i = 0; i < size; i++) {
    target -= weights[i];
    if (target < 0) return kept[i];
  }
  return kept[size - 1];
}
