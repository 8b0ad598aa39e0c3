/**
 * What the harness cuts prompts into when it knows no tokenizer of the server: Unicode code points, one number each.
 *
 * Cut and joined again, a text is the same text, and it is always sent as text. Two prompts of equal length in code points may differ in
 * the server's tokens: what a suite concludes from equal lengths is therefore checked against the counts that the server returns.
 * `bytes` is for servers whose tokens are bytes (`evenkeel serve`): prompts are then sent as token ids.
 * @module
 */
import type { Tokenizer } from '../../schema/index.ts';

export const codePointTokenizer: Tokenizer = {
  encode: (text) => Array.from(text, (character) => character.codePointAt(0) ?? 0),
  decode: (tokenIds) => tokenIds.map((id) => String.fromCodePoint(id)).join(''),
};

export const byteTokenizer: Tokenizer = {
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokenIds) => new TextDecoder().decode(Uint8Array.from(tokenIds.filter((id) => id < 256))),
};
