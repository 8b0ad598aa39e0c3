/**
 * `POST /v1/completions`: the body's schema, and the engine requests that it means (prompts times n, in order).
 * @module
 */
import { z } from 'zod';
import { badParameter } from './api-error.ts';
import type { EngineRequest } from './engine-loop.ts';
import { alternatives, checkCommon, commonShape, engineRequest } from './parameters.ts';
import { only, parseBody } from './parse-body.ts';
import { alternativesOf, checkLength, checkLogprobs, promptParameter, promptTokens, truncated } from './prompts.ts';
import type { ModelLimits } from './prompts.ts';

/** Produced tokens when a request names no limit: OpenAI's default. */
export const COMPLETION_TOKENS = 16;

const schema = z.strictObject({
  ...commonShape,
  prompt: promptParameter,
  max_tokens: z.int().min(0).default(COMPLETION_TOKENS),
  echo: z.boolean().default(false),
  logprobs: alternatives.optional(),
  best_of: z.int().min(1).optional(),
  suffix: only([''], 'a suffix'),
});

export type CompletionParameters = z.output<typeof schema>;

export interface CompletionPlan {
  readonly asked: CompletionParameters;
  /** One per prompt and choice: choices of one prompt are neighbours. */
  readonly requests: readonly EngineRequest[];
  /** Alternatives per token in `logprobs`; null = not asked for. */
  readonly logprobs: number | null;
  /** Alternatives per token in `prompt_logprobs`; null = not asked for. */
  readonly promptLogprobs: number | null;
}

/** @throws ApiError 400 naming the parameter */
export function planCompletion(body: unknown, limits: ModelLimits): CompletionPlan {
  const asked = parseBody(schema, body);
  checkCommon(asked, limits);
  checkTogether(asked);
  const { prompt, max_tokens: maxTokens, n, echo } = asked;
  const logprobs = asked.logprobs === undefined ? null : alternativesOf(asked.logprobs, 'logprobs', limits);
  const promptLogprobs =
    asked.prompt_logprobs === undefined ? null : alternativesOf(asked.prompt_logprobs, 'prompt_logprobs', limits);
  const scored = echo && logprobs !== null ? Math.max(logprobs, promptLogprobs ?? 0) : promptLogprobs;

  const requests = prompt.flatMap((one, at) => {
    const param = prompt.length > 1 ? `prompt[${at}]` : 'prompt';
    const whole = promptTokens(one, param, limits);
    const tokenIds = truncated(whole, asked.truncate_prompt_tokens, limits.maxModelLen - maxTokens, limits);
    checkLength({ length: tokenIds.length, param }, { length: maxTokens, param: 'max_tokens' }, limits);
    return Array.from({ length: n }, (_, choice) =>
      engineRequest(asked, { tokenIds, maxTokens, choice }, { top: logprobs ?? 0, prompt: scored }),
    );
  });
  const entries = requests.reduce(
    (sum, { tokenIds }) =>
      sum +
      (logprobs === null ? 0 : maxTokens * (logprobs + 1)) +
      (scored === null ? 0 : tokenIds.length * (scored + 1)),
    0,
  );
  checkLogprobs(entries, logprobs === null ? 'prompt_logprobs' : 'logprobs', limits);
  return { asked, requests, logprobs, promptLogprobs };
}

/** What is wrong about parameters together. */
function checkTogether({ best_of: bestOf, n }: CompletionParameters): void {
  if (bestOf !== undefined && bestOf !== n)
    throw badParameter(
      'best_of',
      `expected nothing, or n (${n}): choosing among more is not supported here, got ${bestOf}`,
      'unsupported_value',
    );
}
