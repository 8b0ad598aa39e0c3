/**
 * A token from logits at a temperature: softmax over the whole vocabulary, drawn with a number in [0, 1). And log-probabilities.
 *
 * node-llama-cpp scales and cuts the logits that it returns when it samples itself, so there would be no raw logits beside the token.
 * @module
 */

/** The first token, by id, at which the cumulated probability exceeds `draw`. */
export function sampleToken(logits: Float32Array, temperature: number, draw: number): number {
  const { top, weights, sum } = softmax(logits, temperature);
  let cumulated = 0;
  for (let token = 0; token < weights.length; token++) {
    cumulated += weights[token];
    if (cumulated > draw * sum) return token;
  }
  // rounding has eaten the rest of the sum: the most likely token, and never one of no weight
  return top;
}

/** Natural log-probability of a token, at temperature 1. */
export function logProbability(logits: Float32Array, token: number): number {
  const { top, sum } = softmax(logits, 1);
  return logits[token] - logits[top] - Math.log(sum);
}

function softmax(logits: Float32Array, temperature: number): { top: number; weights: Float64Array; sum: number } {
  let top = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token] > logits[top]) top = token;
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let token = 0; token < logits.length; token++) {
    weights[token] = Math.exp((logits[token] - logits[top]) / temperature);
    sum += weights[token];
  }
  return { top, weights, sum };
}
