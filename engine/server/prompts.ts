/**
 * Prompts as token ids, and the checks that need the model: ids in the vocabulary, lengths that fit, log-probabilities within bounds.
 *
 * A prompt that does not fit is refused with both numbers; nothing is cut off unless the request asks for it.
 * @module
 */
import { z } from 'zod';
import { badParameter } from './api-error.ts';
import { text } from './parse-body.ts';
import type { PromptIntake } from '../tokenizer/index.ts';

const EXPECTED = 'text, token ids, or a list of either';
const isText = (given: unknown): given is string => text.safeParse(given).success;

/** vLLM's and OpenAI's `prompt`: text, list of texts, token ids, list of lists of token ids. */
export const promptParameter = z.unknown().transform((given, context): readonly (string | readonly number[])[] => {
  const fail = (message: string, path: (string | number)[] = []): never => {
    context.addIssue({ code: 'custom', message, path, input: given });
    return z.NEVER;
  };
  if (isText(given)) return [given];
  if (typeof given === 'string') return fail('expected text without halves of surrogate pairs');
  if (!Array.isArray(given) || given.length === 0) return fail(`expected ${EXPECTED}`);
  const list: readonly unknown[] = given;
  if (typeof list[0] === 'string') {
    const wrong = list.findIndex((one) => !isText(one));
    return wrong < 0 ? (list as readonly string[]) : fail('expected well-formed text, as the first is text', [wrong]);
  }
  const lists = typeof list[0] === 'number' ? [list] : list;
  for (const [at, one] of lists.entries()) {
    const path = lists === list ? [at] : [];
    if (!Array.isArray(one)) return fail(`expected ${EXPECTED}`, path);
    const wrong = one.findIndex((id: unknown) => !Number.isSafeInteger(id) || (id as number) < 0);
    if (wrong >= 0) return fail('expected a token id, an integer >= 0', [...path, wrong]);
  }
  return lists as readonly (readonly number[])[];
});

export interface ModelLimits {
  readonly vocabSize: number;
  readonly maxModelLen: number;
  readonly logprobsMax: number;
  /** How the engine reads prompts. */
  readonly promptIntake: PromptIntake;
}

/** @throws ApiError 400 naming the prompt */
export function promptTokens(prompt: string | readonly number[], param: string, limits: ModelLimits): number[] {
  const tokenIds = typeof prompt === 'string' ? limits.promptIntake.encode(prompt) : [...prompt];
  if (tokenIds.length === 0) throw badParameter(param, 'expected at least one token, got none');
  checkTokenIds(tokenIds, param, limits.vocabSize);
  return tokenIds;
}

/**
 * The prompt as it is computed: cut where the request asks for it.
 *
 * @param room - tokens that are left for the prompt beside those to be produced: what -1 means
 */
export function truncated(
  tokenIds: number[],
  asked: number | undefined,
  room: number,
  { promptIntake }: ModelLimits,
): number[] {
  if (asked === undefined) return tokenIds;
  const limit = asked === -1 ? Math.max(1, room) : asked;
  return tokenIds.length <= limit ? tokenIds : promptIntake.truncate(tokenIds, limit);
}

export function checkTokenIds(tokenIds: readonly number[], param: string, vocabSize: number): void {
  const wrong = tokenIds.findIndex((id) => id >= vocabSize);
  if (wrong >= 0)
    throw badParameter(
      `${param}[${wrong}]`,
      `expected a token id below the vocabulary's size ${vocabSize}, got ${tokenIds[wrong]}`,
    );
}

/** @throws ApiError 400 with both numbers */
export function checkLength(
  prompt: { readonly length: number; readonly param: string },
  produced: { readonly length: number; readonly param: string },
  { maxModelLen }: ModelLimits,
): void {
  const { length, param } = prompt;
  const refuse = (message: string): never => {
    throw badParameter(param, message, 'context_length_exceeded');
  };
  if (length > maxModelLen)
    refuse(`this model has at most ${maxModelLen} positions, the prompt has ${length} tokens; nothing is cut off`);
  if (length + produced.length > maxModelLen)
    refuse(
      `this model has at most ${maxModelLen} positions, got ${length + produced.length}: ` +
        `${length} tokens of the prompt and ${produced.length} of ${produced.param}`,
    );
}

/** A number of alternatives that was asked for, with -1 as the whole vocabulary. */
export function alternativesOf(asked: number, param: string, { vocabSize }: ModelLimits): number {
  if (asked > vocabSize) throw badParameter(param, `expected at most the vocabulary's size ${vocabSize}, got ${asked}`);
  return asked === -1 ? vocabSize : asked;
}

/** @throws ApiError 400 when a request asks for more log-probabilities than one request may */
export function checkLogprobs(entries: number, param: string, { logprobsMax }: ModelLimits): void {
  if (entries > logprobsMax)
    throw badParameter(
      param,
      `expected at most ${logprobsMax} log-probabilities in one request, alternatives included, got up to ${entries}`,
    );
}
