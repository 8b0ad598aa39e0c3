/**
 * Tokens as text in an answer: one name per id, bytes, and where each token begins in the text.
 *
 * A name is never shared by two ids, so that `top_logprobs`, which is keyed by names, loses none: bytes that are no character alone
 * are `bytes:\xe2`, as OpenAI writes them; other ids than bytes are `<|257|>`.
 * @module
 */
import { byteDetokenizer, createByteTokenizer } from '../tokenizer/index.ts';

const detokenizer = byteDetokenizer();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const tokenizer = createByteTokenizer();

/** @param asId - `token_id:123`, as vLLM's return_tokens_as_token_ids */
export function tokenName(tokenId: number, asId: boolean): string {
  if (asId) return `token_id:${tokenId}`;
  const bytes = detokenizer.bytesOf(tokenId);
  try {
    return strict.decode(bytes);
  } catch {
    return `bytes:${Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
  }
}

export function tokenBytes(tokenId: number): number[] {
  return [...detokenizer.bytesOf(tokenId)];
}

/** Where tokens begin, in characters (code points): the length of the text that is certain before each. */
export class TextOffsets {
  private readonly decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  private certain: number;

  constructor(start: number) {
    this.certain = start;
  }

  /** The offset of the next token. */
  next(tokenId: number): number {
    const offset = this.certain;
    this.certain += characters(this.decoder.decode(detokenizer.bytesOf(tokenId), { stream: true }));
    return offset;
  }

  /** Ends a text: the rest of an unfinished character counts as one. @returns its length */
  end(): number {
    this.certain += characters(this.decoder.decode());
    return this.certain;
  }
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
