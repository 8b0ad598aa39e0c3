/**
 * Byte tokenizer: token id = UTF-8 byte, then a few specials. The vocabulary of `v4-tiny`.
 * @module
 */

const BYTES = 256;
/** Ids after the bytes; the rest of the vocabulary is unused. */
export const BYTE_SPECIALS = { bos: 256, eos: 257, pad: 258 } as const;
const BYTE_VOCAB_SIZE = 320;

export interface ByteTokenizer {
  readonly vocabSize: number;
  /** UTF-8 bytes; no special tokens are added. */
  encode(text: string): number[];
  /** Bytes that are not UTF-8 become U+FFFD; ids from 256 are shown as <|id|>. */
  decode(tokenIds: readonly number[]): string;
}

export function createByteTokenizer(): ByteTokenizer {
  return {
    vocabSize: BYTE_VOCAB_SIZE,
    encode: (text) => [...new TextEncoder().encode(text)],
    decode(tokenIds) {
      let text = '';
      let bytes: number[] = [];
      const flush = (): void => {
        text += new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
        bytes = [];
      };
      for (const id of tokenIds) {
        if (id < BYTES) bytes.push(id);
        else {
          flush();
          text += `<|${id}|>`;
        }
      }
      flush();
      return text;
    },
  };
}

/** The vocabulary in id order, for token compression: what a token decodes to, and its own name. */
export function byteVocabulary(): { text: string; raw: string }[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length: BYTE_VOCAB_SIZE }, (_, id) =>
    id < BYTES
      ? { text: decoder.decode(Uint8Array.of(id)), raw: `<0x${id.toString(16).padStart(2, '0')}>` }
      : { text: `<|${id}|>`, raw: `<|${id}|>` },
  );
}
