/**
 * `/v1/models`, `/v1/completions` and `/v1/chat/completions` of the fixture servers, with the traps that real ones have.
 * @module
 */
import type { Handler, Reply, Seen, ToyCore, ToyRequest, ToyResult, ToyToken } from './toy-server.ts';

export interface OpenAiWords {
  readonly ownedBy: string;
  /** Beside the id: what a server adds to its model list. */
  readonly modelFields?: Readonly<Record<string, unknown>>;
  /** vLLM returns ids and prompt scores where they are asked for. */
  readonly vllmFields?: boolean;
  readonly saltField?: string;
  /** Whether completions answer with echo. */
  readonly echo?: boolean;
  readonly showCached?: boolean;
}

const refusal = (message: string, status = 400): Reply => ({
  status,
  body: { error: { message, type: 'invalid_request_error' } },
});

export function modelsRoute(core: ToyCore, words: OpenAiWords): Handler {
  let asked = 0;
  return () => {
    if (core.defects.modelList === 'none') return { status: 404, body: {} };
    const alternate = core.defects.modelList === 'alternating' && asked++ % 2 === 1;
    return {
      body: {
        object: 'list',
        data: [
          {
            id: core.modelName,
            object: 'model',
            // a server writes the time of the answer here
            created: asked,
            owned_by: words.ownedBy,
            ...words.modelFields,
            ...(alternate ? { root: '/other/model' } : {}),
          },
        ],
      },
    };
  };
}

export function completionsRoute(core: ToyCore, words: OpenAiWords): Handler {
  return async ({ body }) => {
    const { defects } = core;
    const prompts = promptsOf(core, body['prompt']);
    if (typeof prompts === 'string') return refusal(prompts);
    const echo = body['echo'] === true;
    if (echo && defects.echo === 'refused') return refusal('Only no echo is supported');
    const maxTokens = Number(body['max_tokens'] ?? 16);
    if (maxTokens === 0 && defects.zeroTokens === 'refused') return refusal('max_tokens must be greater than 0');
    if (body['logprobs'] !== undefined && defects.logprobs === 'refused') return refusal('logprobs are not supported');
    if (Number(body['logprobs'] ?? 0) > (defects.topLogprobsMax ?? 20)) return refusal('logprobs is too large');
    if (defects.saltRefused === true && body[words.saltField ?? ''] !== undefined) return refusal('unknown field');
    const shown = defects.logprobs === 'none' ? undefined : body['logprobs'];
    const results = await Promise.all(
      prompts.map((ids) =>
        core.generate(toyRequest(ids, body, words, { maxTokens, alternatives: Number(shown ?? 0), defects })),
      ),
    );
    const choices = results.map((result, index) => ({
      index,
      text:
        (echo && defects.echo !== 'ignored' ? (defects.echoBegin ?? '') + result.ids.map(asText).join('') : '') +
        result.text,
      logprobs:
        shown === undefined
          ? null
          : choiceLogprobs(core, result, echo && defects.echo !== 'ignored' && words.echo !== false),
      finish_reason: result.finish,
      ...(words.vllmFields === true && vllmFields(core, body, result)),
    }));
    const listed =
      defects.listAnswers === undefined || choices.length === 1
        ? choices
        : defects.listAnswers === 'reversed'
          ? choices.toReversed()
          : choices.slice(1);
    return { body: envelope(core, 'text_completion', listed, results, words) };
  };
}

export function chatRoute(core: ToyCore, words: OpenAiWords): Handler {
  return async ({ body }) => {
    const { defects } = core;
    const [message] = body['messages'] as { content: string }[];
    const alternatives = body['logprobs'] === true ? Number(body['top_logprobs'] ?? 0) : 0;
    if (body['logprobs'] === true && defects.logprobs === 'refused') return refusal('logprobs are not supported');
    const ids = core.tokenize(`<user>${message.content}<end>`);
    const result = await core.generate(
      toyRequest(ids, body, words, { maxTokens: Number(body['max_tokens']), alternatives, defects }),
    );
    const choice = {
      index: 0,
      message: { role: 'assistant', content: result.text },
      logprobs:
        body['logprobs'] === true && defects.logprobs !== 'none' ? { content: result.tokens.map(chatToken) } : null,
      finish_reason: result.finish,
      ...(words.vllmFields === true &&
        body['return_token_ids'] === true && { token_ids: result.tokens.map(({ id }) => id) }),
    };
    return {
      body: {
        ...envelope(core, 'chat.completion', [choice], [result], words),
        // beside the choices on this route
        ...(words.vllmFields === true &&
          body['prompt_logprobs'] !== undefined && {
            prompt_logprobs: promptLogprobs(result),
            prompt_token_ids: result.ids,
          }),
      },
    };
  };
}

function toyRequest(
  ids: readonly number[],
  body: Seen['body'],
  words: OpenAiWords,
  { maxTokens, alternatives, defects }: { maxTokens: number; alternatives: number; defects: ToyCore['defects'] },
): ToyRequest {
  return {
    ids,
    maxTokens: maxTokens === 0 && defects.zeroTokens === 'one' ? 1 : maxTokens,
    // a server fills in its own default where the field is absent
    temperature: typeof body['temperature'] === 'number' ? body['temperature'] : 0.8,
    seed: Number(body['seed'] ?? 0),
    alternatives,
    score: body['echo'] === true || body['prompt_logprobs'] !== undefined,
    salt: saltOf(body, words),
  };
}

function saltOf(body: Seen['body'], { saltField }: OpenAiWords): string {
  const salt = saltField === undefined ? undefined : body[saltField];
  return typeof salt === 'string' ? salt : '';
}

/** The prompts as ids, or why they are refused. */
function promptsOf(core: ToyCore, prompt: unknown): readonly (readonly number[])[] | string {
  if (typeof prompt === 'string') return [core.tokenize(prompt)];
  if (!Array.isArray(prompt)) return 'prompt is required';
  if (prompt.every((entry) => typeof entry === 'number'))
    return core.defects.tokenIdPrompts === 'refused' ? 'prompt must be a string' : [prompt];
  if (core.defects.listPrompts === 'refused') return 'prompt must be one string';
  return prompt.map((entry: unknown) => (typeof entry === 'string' ? core.tokenize(entry) : (entry as number[])));
}

function choiceLogprobs(core: ToyCore, result: ToyResult, echo: boolean): unknown {
  if (core.defects.chatShape === true) return { content: result.tokens.map(chatToken) };
  const head: ToyToken[] = echo
    ? [{ id: result.ids[0], text: asText(result.ids[0]), logprob: Number.NaN, top: [] }, ...result.prompt]
    : [];
  const all = [...head, ...result.tokens];
  let offset = 0;
  return {
    tokens: all.map(({ text }) => text),
    token_logprobs: all.map(({ logprob }) => (Number.isNaN(logprob) ? null : logprob)),
    // keyed by text: tokens of equal text collapse
    top_logprobs: all.map(({ top }) =>
      top.length === 0 ? null : Object.fromEntries(top.map((one) => [one.text, one.logprob])),
    ),
    text_offset: all.map(({ text }) => {
      const at = offset;
      offset += text.length;
      return core.defects.textOffset === true ? -1 : at;
    }),
  };
}

function vllmFields(core: ToyCore, body: Seen['body'], result: ToyResult): Record<string, unknown> {
  return {
    ...(body['return_token_ids'] === true &&
      core.defects.withoutIds !== true && {
        token_ids: result.tokens.map(({ id }) => id),
        prompt_token_ids: result.ids,
      }),
    ...(body['prompt_logprobs'] !== undefined &&
      core.defects.echo !== 'ignored' && { prompt_logprobs: promptLogprobs(result) }),
  };
}

/** null at the first, then a mapping from id: the prompt's own token and the most likely one. */
function promptLogprobs({ prompt }: ToyResult): unknown[] {
  const entry = (
    { id, text, logprob }: { id: number; text: string; logprob: number },
    rank: number,
  ): [string, unknown] => [String(id), { logprob, rank, decoded_token: text }];
  return [
    null,
    ...prompt.map((token) =>
      Object.fromEntries([entry(token, 9), ...token.top.slice(0, 1).map((one) => entry(one, 1))]),
    ),
  ];
}

function chatToken({ text, logprob, top }: ToyToken): unknown {
  const bytes = (one: string): number[] => [...Buffer.from(one)];
  return {
    token: text,
    logprob,
    bytes: bytes(text),
    top_logprobs: top.map((one) => ({ token: one.text, logprob: one.logprob, bytes: bytes(one.text) })),
  };
}

let fingerprintsTold = 0;

const fingerprintOf = (value: NonNullable<ToyCore['defects']['fingerprint']> | null): string | null =>
  typeof value === 'string' || value === null ? value : value[fingerprintsTold++ % value.length];

function envelope(
  { defects, modelName }: ToyCore,
  object: string,
  choices: readonly unknown[],
  results: readonly ToyResult[],
  words: OpenAiWords,
): Record<string, unknown> {
  const promptTokens = results.reduce((sum, { ids }) => sum + ids.length, 0);
  const completionTokens = results.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return {
    id: 'cmpl-1',
    object,
    created: 1,
    model: modelName,
    choices,
    ...(defects.fingerprint !== undefined && { system_fingerprint: fingerprintOf(defects.fingerprint) }),
    ...(defects.withoutCounts !== true && {
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
        ...(words.showCached === true && {
          prompt_tokens_details: { cached_tokens: results.reduce((sum, { cached }) => sum + cached, 0) },
        }),
      },
    }),
  };
}

const asText = (id: number): string => (id >= 32 && id < 127 ? String.fromCodePoint(id) : '~');
