/**
 * Shapes D, E and F: the native routes of SGLang (`/generate`), llama.cpp (`/completion`) and TGI (`/generate`).
 * @module
 */
import { asList, asWire, countAt, textAt, asCount, type Wire } from '../http/index.ts';
import { bytesOf, logprobOf, mostLikelyFirst, type Alternative, type TokenRecord } from './token-record.ts';

/**
 * D: lists of `[logprob, token id, text | null]`, with the alternatives of each position in a list of their own.
 * @param top - `output_top_logprobs` or `input_top_logprobs`
 */
export function readSglangLogprobs(list: unknown, top: unknown): TokenRecord[] | null {
  const tops = asList(top);
  return (
    asList(list)?.map((entry, index): TokenRecord => ({
      ...triple(entry),
      top: mostLikelyFirst((asList(tops?.[index]) ?? []).map(triple)),
      rank: null,
    })) ?? null
  );
}

function triple(entry: unknown): Alternative {
  const [logprob, id, text] = asList(entry) ?? [];
  return {
    tokenId: asCount(id),
    text: typeof text === 'string' ? text : null,
    bytes: null,
    logprob: logprobOf(logprob),
  };
}

/**
 * E: `completion_probabilities`, or `probs` in older builds.
 *
 * With `post_sampling_probs` the keys are `prob` and `top_probs`: probabilities AFTER the samplers, which are no log-probabilities of
 * the model. They are read as tokens whose value is unavailable, and never converted.
 */
export function readLlamaCppProbabilities(list: unknown): TokenRecord[] | null {
  return (
    asList(list)?.map((entry): TokenRecord => {
      const wire = asWire(entry);
      const top = asList(wire?.['top_logprobs']) ?? asList(wire?.['top_probs']) ?? [];
      return { ...llamaCppToken(wire), top: top.map((one) => llamaCppToken(asWire(one))), rank: null };
    }) ?? null
  );
}

function llamaCppToken(wire: Wire | null): Alternative {
  return {
    tokenId: countAt(wire, 'id'),
    text: textAt(wire, 'token'),
    bytes: bytesOf(wire),
    logprob: logprobOf(wire?.['logprob']),
  };
}

/** F: `{id, text, logprob}`; `top_tokens` is a list of lists beside it. The first of `prefill` has a null value. */
export function readTgiTokens(list: unknown, topTokens: unknown): TokenRecord[] | null {
  const tops = asList(topTokens);
  return (
    asList(list)?.map((entry, index): TokenRecord => ({
      ...tgiToken(entry),
      top: mostLikelyFirst((asList(tops?.[index]) ?? []).map(tgiToken)),
      rank: null,
    })) ?? null
  );
}

function tgiToken(entry: unknown): Alternative {
  const wire = asWire(entry);
  return {
    tokenId: countAt(wire, 'id'),
    text: textAt(wire, 'text'),
    bytes: null,
    logprob: logprobOf(wire?.['logprob']),
  };
}
