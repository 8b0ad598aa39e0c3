/**
 * A language model in a few lines for the fixture servers: one token a character (ids 0..127), values from a hash of the last four
 * tokens, rounded to float32. Exact, so that what a test sees differ was made to differ.
 * @module
 */

const TOY_VOCABULARY = 128;
const CONTEXT = 4;

export const toyTokenize = (text: string): number[] =>
  Array.from(text, (character) => (character.codePointAt(0) ?? 0) % TOY_VOCABULARY);

/** Printable, so that no test depends on control characters. */
export const toyText = (id: number): string => (id >= 32 && id < 127 ? String.fromCodePoint(id) : '~');

/** [vocabulary] natural-log probabilities of the next token. @param noise - added to the values before the softmax, by token */
export function toyLogprobs(context: readonly number[], noise: (id: number) => number = () => 0): number[] {
  const last = context.slice(-CONTEXT);
  const base = mix(SEED, last);
  const logits = Array.from({ length: TOY_VOCABULARY }, (_, id) => (4 * (mix(base, [id]) >>> 0)) / 2 ** 32 + noise(id));
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return logits.map((logit) => Math.fround(logit - largest - Math.log(sum)));
}

/** Uniform in [0, 1), a function of the numbers. */
export function unit(numbers: readonly number[]): number {
  return (mix(SEED, numbers) >>> 0) / 2 ** 32;
}

const SEED = 0x811c9dc5;

function mix(start: number, numbers: readonly number[]): number {
  let state = start;
  for (const number of numbers) {
    state = Math.imul(state ^ (number + 1), 0x01000193);
    state ^= state >>> 13;
    state = Math.imul(state, 0x5bd1e995);
    state ^= state >>> 15;
  }
  return state;
}

/** Greedy at temperature 0 (lowest id wins a tie); else drawn with the seed. */
export function toyPick(
  logprobs: readonly number[],
  sampling: { temperature: number; seed: number; step: number },
): number {
  if (sampling.temperature === 0) return logprobs.indexOf(Math.max(...logprobs));
  const weights = logprobs.map((logprob) => Math.exp(logprob / sampling.temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = unit([sampling.seed, sampling.step]) * total;
  for (const [id, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return id;
  }
  return logprobs.length - 1;
}
