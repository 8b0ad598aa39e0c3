/**
 * What is made of a prompt before it is computed: text to tokens, and what is kept of one that is too long.
 * @module
 */
import { createByteTokenizer } from './byte-tokenizer.ts';

export interface PromptIntake {
  readonly name: string;
  /** Tokens of a prompt that is text. */
  encode(text: string): number[];
  /** The tokens that are kept, at most `limit` of them (an integer >= 1). Nothing is cut unless a request asks for it. */
  truncate(tokenIds: readonly number[], limit: number): number[];
}

/** Bytes without special tokens; of a long prompt the end is kept, as vLLM's `truncate_prompt_tokens` has it. */
export function byteIntake(): PromptIntake {
  const { encode } = createByteTokenizer();
  return { name: 'bytes', encode, truncate: (tokenIds, limit) => tokenIds.slice(-limit) };
}
