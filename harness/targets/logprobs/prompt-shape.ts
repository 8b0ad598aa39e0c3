/**
 * Shape C: vLLM's `prompt_logprobs`, one mapping from token id to value per prompt position, null at the first.
 *
 * Which entry is the prompt's own token is told by the ids of the prompt. Without them only a lone entry is sure: JSON objects with
 * integer keys lose their order.
 * @module
 */
import { asList, asWire, countAt, textAt } from '../http/index.ts';
import { logprobOf, mostLikelyFirst, type Alternative, type TokenRecord } from './token-record.ts';

/** @param promptIds - null where the server does not return them */
export function readPromptLogprobs(list: unknown, promptIds: readonly number[] | null): TokenRecord[] | null {
  return asList(list)?.map((entry, index) => position(entry, promptIds?.[index] ?? null)) ?? null;
}

function position(entry: unknown, promptId: number | null): TokenRecord {
  const nothing: TokenRecord = { tokenId: promptId, text: null, bytes: null, logprob: null, top: [], rank: null };
  const wire = asWire(entry);
  if (wire === null) return nothing;
  const entries = Object.entries(wire).map(([id, value]) => {
    const inner = asWire(value);
    const alternative: Alternative = {
      tokenId: /^\d{1,9}$/.test(id) ? Number(id) : null,
      text: textAt(inner, 'decoded_token'),
      bytes: null,
      // older servers wrote the bare number
      logprob: logprobOf(inner === null ? value : inner['logprob']),
    };
    return { alternative, rank: countAt(inner, 'rank') };
  });
  const top = mostLikelyFirst(entries.map(({ alternative }) => alternative));
  const own =
    promptId === null
      ? entries.length === 1
        ? entries[0]
        : undefined
      : entries.find(({ alternative }) => alternative.tokenId === promptId);
  return own === undefined ? { ...nothing, top } : { ...own.alternative, top, rank: own.rank };
}
