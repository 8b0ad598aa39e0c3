/**
 * `POST /v1/chat/completions`: the body's schema, and the engine requests that it means.
 * @module
 */
import { z } from 'zod';
import { badParameter } from './api-error.ts';
import { CHAT_ROLES, chatTokens } from './chat-template.ts';
import type { EngineRequest } from './engine-loop.ts';
import { alternatives, checkCommon, commonShape, engineRequest } from './parameters.ts';
import { only, parseBody, text } from './parse-body.ts';
import { alternativesOf, checkLength, checkLogprobs, truncated } from './prompts.ts';
import type { ModelLimits } from './prompts.ts';

const textPart = z.strictObject({ type: z.literal('text'), text });
const content = z
  .union([text, z.array(textPart).min(1)], { error: 'expected well-formed text, or a list of parts of type text' })
  .transform((given) => (typeof given === 'string' ? given : given.map((part) => part.text).join('')));

/** Clients send an answer back with all its keys; those that are null say nothing. */
export const messagesParameter = z
  .array(z.preprocess(withoutNulls, z.strictObject({ role: z.enum(CHAT_ROLES), content })))
  .min(1);

const schema = z.strictObject({
  ...commonShape,
  messages: messagesParameter,
  max_tokens: z.int().min(0).optional(),
  /** The newer name of max_tokens. */
  max_completion_tokens: z.int().min(0).optional(),
  logprobs: z.boolean().default(false),
  top_logprobs: alternatives.optional(),
  response_format: only([{ type: 'text' }], 'a response format'),
  tools: only([[]], 'calling tools'),
  tool_choice: only(['none'], 'calling tools'),
  modalities: only([['text']], 'another modality'),
  store: only([false], 'storing answers'),
  echo: only([false], 'echo'),
  add_generation_prompt: only([true], 'a prompt without the beginning of an answer'),
  continue_final_message: only([false], 'continuing a message'),
});

export type ChatParameters = z.output<typeof schema>;

export interface ChatPlan {
  readonly asked: ChatParameters;
  /** One per choice. */
  readonly requests: readonly EngineRequest[];
  /** Alternatives per token in `logprobs`; null = not asked for. */
  readonly logprobs: number | null;
  /** Alternatives per token in `prompt_logprobs`; null = not asked for. */
  readonly promptLogprobs: number | null;
}

/** @param defaultTokens - produced tokens when the request names no limit, or as many as fit */
export function planChat(body: unknown, limits: ModelLimits, defaultTokens: number): ChatPlan {
  const asked = parseBody(schema, body);
  checkCommon(asked, limits);
  if (asked.top_logprobs !== undefined && !asked.logprobs)
    throw badParameter('top_logprobs', 'expected only together with logprobs: true');
  const logprobs = asked.logprobs ? alternativesOf(asked.top_logprobs ?? 0, 'top_logprobs', limits) : null;
  const promptLogprobs =
    asked.prompt_logprobs === undefined ? null : alternativesOf(asked.prompt_logprobs, 'prompt_logprobs', limits);
  const whole = chatTokens(asked.messages);
  const given = maxTokensOf(asked);
  const room = limits.maxModelLen - (given ?? defaultTokens);
  const tokenIds = truncated(whole, asked.truncate_prompt_tokens, room, limits);
  const maxTokens = given ?? Math.max(0, Math.min(defaultTokens, limits.maxModelLen - tokenIds.length));
  checkLength({ length: tokenIds.length, param: 'messages' }, { length: maxTokens, param: 'max_tokens' }, limits);
  const entries =
    (logprobs === null ? 0 : maxTokens * (logprobs + 1)) +
    (promptLogprobs === null ? 0 : tokenIds.length * (promptLogprobs + 1));
  checkLogprobs(entries * asked.n, logprobs === null ? 'prompt_logprobs' : 'top_logprobs', limits);
  const requests = Array.from({ length: asked.n }, (_, choice) =>
    engineRequest(asked, { tokenIds, maxTokens, choice }, { top: logprobs ?? 0, prompt: promptLogprobs }),
  );
  return { asked, requests, logprobs, promptLogprobs };
}

function maxTokensOf({ max_tokens: old, max_completion_tokens: now }: ChatParameters): number | undefined {
  if (old !== undefined && now !== undefined && old !== now)
    throw badParameter('max_tokens', `expected nothing beside max_completion_tokens (${now}), got ${old}`);
  return now ?? old;
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}
