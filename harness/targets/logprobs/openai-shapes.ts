/**
 * Shapes A and B: log-probabilities as the legacy completions route and the chat route write them.
 *
 * The shape is taken from the answer and not from the route: llama.cpp and Ollama answer completions in chat shape. `text_offset` is
 * never used (SGLang sends -1 everywhere).
 * @module
 */
import { asList, asWire, countAt, textAt, type Wire } from '../http/index.ts';
import {
  bytesOf,
  idInText,
  logprobOf,
  mostLikelyFirst,
  type Alternative,
  type TokenRecord,
  type TokenRecords,
} from './token-record.ts';

/** @returns null when there is nothing of either shape */
export function readChoiceLogprobs(logprobs: unknown): TokenRecords | null {
  const wire = asWire(logprobs);
  if (wire === null) return null;
  const content = asList(wire['content']);
  if (content !== null) return { tokens: content.map(chatToken), textCollisions: null };
  return asList(wire['tokens']) === null && asList(wire['token_logprobs']) === null ? null : legacyTokens(wire);
}

function legacyTokens(wire: Wire): TokenRecords {
  const texts = asList(wire['tokens']) ?? [];
  const values = asList(wire['token_logprobs']) ?? [];
  const tops = asList(wire['top_logprobs']) ?? [];
  const length = Math.max(texts.length, values.length);
  const tokens = Array.from({ length }, (_, index): TokenRecord => {
    const text = typeof texts[index] === 'string' ? texts[index] : null;
    const top = legacyTop(asWire(tops[index]));
    return { ...namedByText(text, logprobOf(values[index])), top, rank: null };
  });
  const sizes = tokens.map(({ top }) => top.length).filter((size) => size > 0);
  const full = sizes.reduce((most, size) => Math.max(most, size), 0);
  const byId = tokens.every(({ top }) => top.every(({ tokenId }) => tokenId !== null));
  return { tokens, textCollisions: byId ? null : sizes.reduce((lost, size) => lost + (full - size), 0) };
}

function legacyTop(wire: Wire | null): Alternative[] {
  return mostLikelyFirst(Object.entries(wire ?? {}).map(([text, value]) => namedByText(text, logprobOf(value))));
}

/** With `return_tokens_as_token_ids` the text is no text. */
function namedByText(text: string | null, logprob: number | null): Alternative {
  const tokenId = idInText(text);
  return { tokenId, text: tokenId === null ? text : null, bytes: null, logprob };
}

function chatToken(entry: unknown): TokenRecord {
  const wire = asWire(entry);
  return {
    ...chatAlternative(wire),
    top: (asList(wire?.['top_logprobs']) ?? []).map((one) => chatAlternative(asWire(one))),
    rank: null,
  };
}

function chatAlternative(wire: Wire | null): Alternative {
  const named = namedByText(textAt(wire, 'token'), logprobOf(wire?.['logprob']));
  // llama.cpp adds the id
  return { ...named, tokenId: named.tokenId ?? countAt(wire, 'id'), bytes: bytesOf(wire) };
}
