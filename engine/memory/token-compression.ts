/**
 * Tokenizer compression: raw token ids whose text is the same after normalisation share one compressed id.
 *
 * Normalisation is the chain of the released code: NFKC, NFD, strip accents, lower case, runs of [ \t\r\n] to one space, strip
 * (a lone space is kept). Lower case is per character, as Hugging Face's normaliser does it (no final sigma rule). New ids are
 * given by first appearance. The result follows the runtime's Unicode version on code points newer than the tokenizer.
 * Source: specification section 12.1; huggingface/tokenizers normalizers/strip.rs (`StripAccents` drops every combining mark).
 * @module
 */

export interface VocabularyToken {
  /** decode([id]) with special tokens kept. */
  readonly text: string;
  /** The token string of the vocabulary file; the key when the text is not valid Unicode. */
  readonly raw: string;
}

export interface CompressionOptions {
  /**
   * Which marks count as accents: `combining` (default) = categories Mn, Mc and Me, as Hugging Face's normaliser;
   * `nonspacing` = Mn alone, as BERT's Python code and golden/engram.
   */
  readonly accents?: 'combining' | 'nonspacing';
}

export interface TokenCompression {
  /** [raw vocabulary] raw id -> compressed id */
  readonly lookup: Int32Array;
  /** Number of compressed ids. */
  readonly size: number;
}

const REPLACEMENT = '\ufffd';
const LONE_SPACE = '\ue000';
const ACCENTS = { combining: /\p{M}/gu, nonspacing: /\p{Mn}/gu } as const;

/** The text that tokens are compared by; empty when nothing is left. */
export function normaliseTokenText(text: string, options?: CompressionOptions): string {
  const stripped = text
    .normalize('NFKC')
    .normalize('NFD')
    .replace(ACCENTS[options?.accents ?? 'combining'], '');
  const lower = Array.from(stripped, (character) => character.toLowerCase()).join('');
  const spaced = lower.replace(/[ \t\r\n]+/g, ' ').replace(/^ $/, LONE_SPACE);
  return spaced.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '').replaceAll(LONE_SPACE, ' ');
}

/** @param tokens - the vocabulary in id order */
export function compressVocabulary(tokens: readonly VocabularyToken[], options?: CompressionOptions): TokenCompression {
  const idOf = new Map<string, number>();
  const lookup = Int32Array.from(tokens, ({ text, raw }) => {
    const key = text.includes(REPLACEMENT) ? raw : normaliseTokenText(text, options) || text;
    const known = idOf.get(key);
    if (known !== undefined) return known;
    idOf.set(key, idOf.size);
    return idOf.size - 1;
  });
  return { lookup, size: idOf.size };
}
