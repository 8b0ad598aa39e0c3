/**
 * The prompt of a case, whole or cut at its query.
 * @module
 */
import type { Case, CasePart, Tokenizer } from '../../harness/schema/index.ts';

/** The parts' texts joined by a newline, in file order. */
export function promptText(parts: readonly CasePart[]): string {
  return parts.map((part) => part.text).join('\n');
}

/** Index of the last part labelled `query`; -1 when there is none. */
export function queryIndex(testCase: Case): number {
  return testCase.parts.findLastIndex((part) => part.label === 'query');
}

/**
 * Tokens of a piece of text without what the tokenizer puts before every text (a begin-of-sequence token), so that pieces can be
 * joined.
 */
export function pieceTokens(tokenizer: Tokenizer, text: string): number[] {
  const lead = leadTokens(tokenizer);
  const tokens = tokenizer.encode(text);
  const hasLead = lead.length > 0 && lead.every((token, index) => tokens[index] === token);
  return hasLead ? tokens.slice(lead.length) : tokens;
}

/** What the tokenizer puts before every text: the tokens of the empty text. */
export function leadTokens(tokenizer: Tokenizer): number[] {
  return tokenizer.encode('');
}
