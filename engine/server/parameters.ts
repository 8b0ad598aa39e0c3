/**
 * The parameters that completions and chat have in common, and what they mean to the engine.
 *
 * Defaults are OpenAI's (temperature 1) where it has one. Nothing is random unless a seed asks for it: no seed is seed 0, and choice k
 * of a prompt takes seed + k.
 * @module
 */
import { z } from 'zod';
import { BYTE_SPECIALS } from '../tokenizer/index.ts';
import type { EngineRequest } from './engine-loop.ts';
import { badParameter } from './api-error.ts';
import { only, text } from './parse-body.ts';
import { checkTokenIds } from './prompts.ts';
import type { ModelLimits } from './prompts.ts';

const N_MAX = 128;
/** seed + choice is a seed too. */
const SEED_MAX = Number.MAX_SAFE_INTEGER - N_MAX;
const STOPS_MAX = 16;
const STOP_LENGTH_MAX = 1024;
const SALT_LENGTH_MAX = 1024;
const EXPECTED_STOP = `expected text that is not empty, or a list of up to ${STOPS_MAX} of them, each of at most ${STOP_LENGTH_MAX} characters`;

const stopText = text.min(1).max(STOP_LENGTH_MAX);
const tokenIdList = z.array(z.int().min(0));

/** How many alternatives: vLLM's -1 is the whole vocabulary. */
export const alternatives = z.int().min(-1);

export const commonShape = {
  model: z.string().optional(),
  temperature: z.number().min(0).default(1),
  top_p: z.number().gt(0).max(1).default(1),
  /** vLLM has -1 for off, others 0. */
  top_k: z.int().min(-1).default(0),
  min_p: z.number().min(0).max(1).default(0),
  seed: z.int().min(0).max(SEED_MAX).default(0),
  n: z.int().min(1).max(N_MAX).default(1),
  stop: z
    .union([stopText, z.array(stopText).max(STOPS_MAX)], { error: EXPECTED_STOP })
    .transform((stop) => (typeof stop === 'string' ? [stop] : stop))
    .default([]),
  stop_token_ids: tokenIdList.default([]),
  ignore_eos: z.boolean().default(false),
  allowed_token_ids: tokenIdList.min(1).optional(),
  cache_salt: text.min(1).max(SALT_LENGTH_MAX).default(''),
  prompt_logprobs: alternatives.optional(),
  /** Keep so many last tokens of the prompt at most; vLLM's -1 is as many as fit. */
  truncate_prompt_tokens: z
    .union([z.literal(-1), z.int().min(1)], { error: 'expected -1 or an integer >= 1' })
    .optional(),
  truncation_side: only(['left'], 'cutting the end of a prompt'),
  return_token_ids: z.boolean().default(false),
  return_tokens_as_token_ids: z.boolean().default(false),
  stream: z.boolean().default(false),
  stream_options: z.strictObject({ include_usage: z.boolean().default(false) }).optional(),

  // accepted and without effect; named in the header x-ignored-parameters
  user: z.string().optional(),

  // only what changes nothing
  frequency_penalty: only([0], 'a frequency penalty'),
  presence_penalty: only([0], 'a presence penalty'),
  repetition_penalty: only([1], 'a repetition penalty'),
  length_penalty: only([1], 'beam search'),
  use_beam_search: only([false], 'beam search'),
  logit_bias: only([{}], 'a logit bias'),
  min_tokens: only([0], 'a least number of tokens'),
  priority: only([0], 'priority scheduling'),
  include_stop_str_in_output: only([false], 'the stop string in the output'),
  skip_special_tokens: only([false], 'hiding special tokens'),
} as const;

export const IGNORED: readonly string[] = ['user'];

type Common = z.output<z.ZodObject<typeof commonShape, z.core.$strict>>;

/** What is wrong about parameters together, or for this model. @throws ApiError 400 */
export function checkCommon(asked: Common, { vocabSize }: ModelLimits): void {
  if (!asked.stream && asked.stream_options !== undefined)
    throw badParameter('stream_options', 'expected only together with stream: true');
  // as vLLM has it: a stream has no place for them
  if (asked.stream && asked.prompt_logprobs !== undefined)
    throw badParameter('prompt_logprobs', 'not supported together with stream: true', 'unsupported_value');
  checkTokenIds(asked.stop_token_ids, 'stop_token_ids', vocabSize);
  checkTokenIds(asked.allowed_token_ids ?? [], 'allowed_token_ids', vocabSize);
}

/** What a prompt's choices have in common, for the engine. */
export function engineRequest(
  asked: Common,
  own: { readonly tokenIds: readonly number[]; readonly maxTokens: number; readonly choice: number },
  logprobs: { readonly top: number; readonly prompt: number | null },
): EngineRequest {
  return {
    tokenIds: own.tokenIds,
    maxTokens: own.maxTokens,
    temperature: asked.temperature,
    topP: asked.top_p,
    topK: Math.max(0, asked.top_k),
    minP: asked.min_p,
    seed: asked.seed + own.choice,
    stop: asked.stop,
    stopTokenIds: [...(asked.ignore_eos ? [] : [BYTE_SPECIALS.eos]), ...asked.stop_token_ids],
    cacheSalt: asked.cache_salt,
    topLogprobs: logprobs.top,
    ...(asked.allowed_token_ids === undefined ? {} : { allowedTokenIds: asked.allowed_token_ids }),
    ...(logprobs.prompt === null ? {} : { promptLogprobs: logprobs.prompt }),
  };
}
