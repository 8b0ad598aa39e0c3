/**
 * Answers of `/v1/chat/completions`: messages and deltas, log-probabilities in the shape of chat (one entry per token, with its bytes).
 * @module
 */
import type { TokenLogprob } from '../serving/index.ts';
import type { ChatPlan } from './chat-request.ts';
import type { Generation, ProducedToken } from './generation.ts';
import { tokenBytes, tokenName } from './token-text.ts';

interface ChatToken {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
}

type ChatLogprobs = {
  readonly content: readonly (ChatToken & { readonly top_logprobs: readonly ChatToken[] })[];
  readonly refusal: null;
} | null;

/** A choice that has ended. */
export function wholeMessage(plan: ChatPlan, { id, result }: Generation, index: number) {
  if (result === null) throw new Error(`invariant: ${id} is answered before its end`);
  const { tokenIds, logprobs, topLogprobs, text, finishReason } = result;
  const tokens = tokenIds.map((tokenId, i) => ({ tokenId, logprob: logprobs[i], top: topLogprobs[i] ?? [] }));
  return {
    index,
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: logprobsOf(plan, tokens),
    finish_reason: finishReason,
    ...(plan.asked.return_token_ids ? { token_ids: tokenIds } : {}),
  };
}

/** The event that begins a streamed choice. */
export function openingDelta(plan: ChatPlan, index: number) {
  return { index, delta: { role: 'assistant', content: '' }, logprobs: logprobsOf(plan, []), finish_reason: null };
}

/** @param token - null: the end without a token @param ended - nothing comes after it */
export function messageDelta(
  plan: ChatPlan,
  { result }: Generation,
  index: number,
  token: ProducedToken | null,
  ended: boolean,
) {
  return {
    index,
    delta: token === null ? {} : { content: token.text },
    logprobs: logprobsOf(plan, token === null ? [] : [token]),
    finish_reason: ended ? (result?.finishReason ?? null) : null,
    ...(plan.asked.return_token_ids ? { token_ids: token === null ? [] : [token.tokenId] } : {}),
  };
}

function logprobsOf(
  { asked, logprobs }: ChatPlan,
  tokens: readonly { readonly tokenId: number; readonly logprob: number; readonly top: readonly TokenLogprob[] }[],
): ChatLogprobs {
  if (logprobs === null) return null;
  const shown = ({ tokenId, logprob }: TokenLogprob): ChatToken => ({
    token: tokenName(tokenId, asked.return_tokens_as_token_ids),
    logprob,
    bytes: tokenBytes(tokenId),
  });
  return { content: tokens.map((token) => ({ ...shown(token), top_logprobs: token.top.map(shown) })), refusal: null };
}
