/**
 * The two OpenAI routes. Every sampling parameter is always sent, so that no default of the server (vLLM's generation_config.json,
 * llama.cpp's temperature 0.8) fills it in.
 * @module
 */
import { asList, asWire, booleanAt, countAt, invalidAnswer, textAt, tokenIdsOf, type Wire } from '../http/index.ts';
import { idsOfTokens, readChoiceLogprobs, readPromptLogprobs, type TokenRecord } from '../logprobs/index.ts';
import type { GenerationRequest, ListRequest, Produced, Route } from './dialect.ts';

export interface OpenAiRouteOptions {
  /** Fields of the dialect, laid over the common ones; `undefined` takes one out. */
  readonly extra?: (request: GenerationRequest) => Wire;
  /** How prompt tokens are scored on this server; null = it is not asked. */
  readonly score?: PromptScore;
}

/** `echo`: the prompt comes back as tokens before the produced ones. `prompt_logprobs`: beside them. */
export type PromptScore = 'echo' | 'prompt_logprobs';

export function completionsRoute({ extra, score = 'echo' }: OpenAiRouteOptions = {}): Route {
  const body = (request: GenerationRequest, model: string): Wire => {
    const { prompt, topLogprobs, scorePrompt } = request;
    const echo = scorePrompt && score === 'echo';
    return withoutUndefined({
      model,
      prompt: promptField(prompt),
      ...samplingFields(request),
      echo,
      // 0 with echo is read as "none" by SGLang: at least 1 is asked
      logprobs: topLogprobs === null && !echo ? undefined : Math.max(echo ? 1 : 0, topLogprobs ?? 1),
      ...(scorePrompt && score === 'prompt_logprobs' ? { prompt_logprobs: 1 } : {}),
      ...extra?.(request),
    });
  };
  return {
    id: 'completions',
    streams: true,
    address: '/completions',
    body,
    read: (json, request) => readOpenAi(json, request, score),
    list: (requests, model) => listRequest(requests, model, body, score),
  };
}

function promptField(prompt: GenerationRequest['prompt']): string | readonly number[] {
  return prompt.kind === 'text' ? prompt.text : prompt.tokenIds;
}

/** One body for all: only where nothing but the prompt differs. */
function listRequest(
  requests: readonly GenerationRequest[],
  model: string,
  body: (request: GenerationRequest, model: string) => Wire,
  score: PromptScore,
): ListRequest | null {
  const [first, ...others] = requests;
  const settings = (request: GenerationRequest): string => JSON.stringify({ ...request, prompt: request.prompt.kind });
  if (first === undefined || first.stream === true || others.some((other) => settings(other) !== settings(first)))
    return null;
  return {
    body: { ...body(first, model), prompt: requests.map(({ prompt }) => promptField(prompt)) },
    read: (json) => {
      const choices = asList(asWire(json)?.['choices'])?.map(asWire) ?? [];
      const inOrder = requests.map((_, index) => choices.find((choice) => countAt(choice, 'index') === index));
      if (choices.length !== requests.length || inOrder.some((choice) => choice === undefined)) return null;
      // the usage is that of all prompts together: of one it says nothing
      const shared = { ...asWire(json), usage: null };
      return inOrder.map((choice, index) => readOpenAiChoice(shared, choice, requests[index], score));
    },
  };
}

export function chatRoute({ extra, score = 'prompt_logprobs' }: OpenAiRouteOptions = {}): Route {
  return {
    id: 'chat',
    streams: true,
    address: '/chat/completions',
    body: (request, model) => {
      const { prompt, topLogprobs, scorePrompt } = request;
      if (prompt.kind !== 'text') throw new RangeError('a chat message is text, not token ids');
      return withoutUndefined({
        model,
        messages: [{ role: 'user', content: prompt.text }],
        ...samplingFields(request),
        ...(topLogprobs === null ? {} : { logprobs: true, top_logprobs: topLogprobs }),
        ...(scorePrompt && score === 'prompt_logprobs' ? { prompt_logprobs: 1 } : {}),
        ...extra?.(request),
      });
    },
    read: (json, request) => readOpenAi(json, request, score),
  };
}

function samplingFields({ maxTokens, temperature, seed, stream = false }: GenerationRequest): Wire {
  return {
    max_tokens: maxTokens,
    temperature,
    top_p: 1,
    n: 1,
    seed,
    presence_penalty: 0,
    frequency_penalty: 0,
    stream,
    // without it a stream counts no tokens
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  };
}

function withoutUndefined(fields: Wire): Wire {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function readOpenAi(json: unknown, request: GenerationRequest, score: PromptScore): Produced {
  return readOpenAiChoice(json, asList(asWire(json)?.['choices'])?.[0], request, score);
}

/** @param choice - one of `choices`: a list prompt gives one for each prompt */
function readOpenAiChoice(json: unknown, choice: unknown, request: GenerationRequest, score: PromptScore): Produced {
  const answer = asWire(json);
  const own = asWire(choice);
  if (answer === null || own === null)
    throw invalidAnswer('choices[0]', 'a choice', JSON.stringify(json)?.slice(0, 60) ?? 'nothing');
  const message = asWire(own['message']);
  const text = message === null ? textAt(own, 'text') : (textAt(message, 'content') ?? '');
  if (text === null)
    throw invalidAnswer('choices[0]', 'text or a message', `keys ${Object.keys(own).slice(0, 8).join(', ')}`);
  const usage = asWire(answer['usage']);
  const read = readChoiceLogprobs(own['logprobs']);
  // vLLM puts them into the choice of a completion, and beside the choices of a chat
  const promptIds = tokenIdsOf(own['prompt_token_ids']) ?? tokenIdsOf(answer['prompt_token_ids']);
  const echoed = request.scorePrompt && score === 'echo';
  const split = splitEcho(
    read?.tokens ?? [],
    echoed,
    countAt(usage, 'prompt_tokens'),
    countAt(usage, 'completion_tokens'),
  );
  return {
    text: echoed ? withoutEcho(text, request, split.produced) : text,
    tokenIds: tokenIdsOf(own['token_ids']) ?? idsOfTokens(split.produced),
    tokens: split.produced,
    textCollisions: read?.textCollisions ?? null,
    promptTokens: echoed
      ? split.prompt
      : request.scorePrompt
        ? readPromptLogprobs(own['prompt_logprobs'] ?? answer['prompt_logprobs'], promptIds)
        : null,
    promptIds,
    finishReason: textAt(own, 'finish_reason'),
    promptCount: countAt(usage, 'prompt_tokens'),
    completionCount: countAt(usage, 'completion_tokens'),
    cachedCount:
      countAt(asWire(usage?.['prompt_tokens_details']), 'cached_tokens') ??
      countAt(asWire(answer['timings']), 'cache_n'),
    systemFingerprint: textAt(answer, 'system_fingerprint'),
    model: textAt(answer, 'model'),
    slot: countAt(own, 'id_slot') ?? countAt(answer, 'id_slot'),
    truncated: booleanAt(answer, 'truncated'),
  };
}

/**
 * The entries of an echo: prompt first, then what was produced. The border is taken from counts and never from `text_offset`, nor
 * from the number of tokens asked for: a server that is asked for 0 may produce 1, or none.
 */
function splitEcho(
  tokens: readonly TokenRecord[],
  echoed: boolean,
  promptCount: number | null,
  completionCount: number | null,
): { readonly prompt: readonly TokenRecord[] | null; readonly produced: readonly TokenRecord[] } {
  if (!echoed) return { prompt: null, produced: tokens };
  const border =
    completionCount !== null && completionCount <= tokens.length && promptCount === tokens.length - completionCount
      ? promptCount
      : promptCount !== null && promptCount <= tokens.length
        ? promptCount
        : null;
  // too few entries: only produced tokens were scored, whatever `echo` said
  return border === null
    ? { prompt: null, produced: tokens }
    : { prompt: tokens.slice(0, border), produced: tokens.slice(border) };
}

/** What a server may write for a begin-of-sequence token before the prompt, for example `<|begin_of_text|>`. */
const BEGIN_LENGTH_MAX = 32;

/**
 * What was produced, without the prompt before it. Some servers write their begin-of-sequence token into the echo as well. Where the
 * prompt is not found there (sent as ids, or written otherwise) the texts of the produced tokens say where it ends.
 */
function withoutEcho(text: string, { prompt }: GenerationRequest, produced: readonly TokenRecord[]): string {
  if (prompt.kind === 'text') {
    const at = text.indexOf(prompt.text);
    if (at >= 0 && at <= BEGIN_LENGTH_MAX) return text.slice(at + prompt.text.length);
  }
  const end = produced.map((token) => token.text ?? '').join('');
  return end !== '' && text.endsWith(end) ? end : text;
}
