/**
 * The "model" of the null target: logits, tokens and log-probabilities from a hash of the context, and nothing else.
 *
 * A context is a 32-bit state over the model's seed and the token ids before it. Equal contexts give equal bits; contexts that
 * differ in any token give, but for hash collisions, logits that have nothing in common.
 * @module
 */

/** One token a byte. */
export const VOCAB_SIZE = 256;
/** Printable ASCII gets this head start, so that answers are readable. */
const PRINTABLE_BONUS = 8;
const PRINTABLE_FIRST = 0x20;
const PRINTABLE_LAST = 0x7e;

/** The state of a text. */
export function textState(text: string): number {
  return contextState(0, new TextEncoder().encode(text));
}

/** The state after more tokens. */
export function contextState(state: number, tokenIds: ArrayLike<number>): number {
  let hash = state;
  for (let i = 0; i < tokenIds.length; i++) hash = mix(hash, tokenIds[i]);
  return hash;
}

/** Writes the logits of the next token into `row`, [vocab]. */
export function writeLogits(state: number, row: Float32Array): void {
  for (let token = 0; token < VOCAB_SIZE; token++) {
    const bonus = token >= PRINTABLE_FIRST && token <= PRINTABLE_LAST ? PRINTABLE_BONUS : 0;
    row[token] = unit(mix(state, token ^ 0x5bd1e995)) * 8 + bonus;
  }
}

/** The best token and the second best; the lower id wins a tie. */
export function bestTwo(row: Float32Array): readonly [number, number] {
  let [first, second] = row[0] >= row[1] ? [0, 1] : [1, 0];
  for (let token = 2; token < row.length; token++) {
    if (row[token] > row[first]) [first, second] = [token, first];
    else if (row[token] > row[second]) second = token;
  }
  return [first, second];
}

/** Natural log-probability of a token. */
export function logProb(row: Float32Array, token: number): number {
  let sum = 0;
  const top = row[bestTwo(row)[0]];
  for (const logit of row) sum += Math.exp(logit - top);
  return row[token] - top - Math.log(sum);
}

/** A number in [0, 1) from a label: for faults, which must be chosen by place and never by call order. */
export function chance(label: string): number {
  return unit(mix(textState(label), 0x27d4eb2f));
}

const unit = (hash: number): number => (hash >>> 0) / 2 ** 32;

/** murmur3's step and finaliser. */
function mix(state: number, value: number): number {
  let hash = state ^ Math.imul(value + 0x9e3779b9, 0xcc9e2d51);
  hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
