/** What turns produced tokens into text: the bytes of each token. @module */

export interface Detokenizer {
  bytesOf(tokenId: number): Uint8Array;
}

const BYTES = 256;

/** One byte per token id below 256; other ids are shown as <|id|>, as the byte tokenizer decodes them. */
export function byteDetokenizer(): Detokenizer {
  return {
    bytesOf: (id) => (id < BYTES ? Uint8Array.of(id) : new TextEncoder().encode(`<|${id}|>`)),
  };
}
