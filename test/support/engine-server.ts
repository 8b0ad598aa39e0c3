/**
 * The engine's HTTP server for tests: one small engine, requests by inject, answers as parsed JSON or as events of a stream.
 * @module
 */
import { createEngine } from '../../engine/index.ts';
import type { Engine, EngineOptions } from '../../engine/index.ts';
import { createEngineServer } from '../../engine/server/index.ts';
import type { EngineServer, ServerOptions } from '../../engine/server/index.ts';
import { servingCheckpoint } from './serving-runs.ts';

export interface TestServer extends EngineServer {
  readonly engine: Engine;
  readonly defects: unknown[];
  post(url: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** Parsed; undefined when it is no JSON. */
  readonly body: AnswerBody;
}

/** What answers have between them, so that a test can look into one; what an answer lacks is undefined, and the test sees that. */
export interface AnswerBody {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: readonly AnswerChoice[];
  readonly usage: AnswerUsage;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
  readonly prompt_token_ids: readonly number[];
  readonly prompt_logprobs: readonly (Readonly<Record<string, unknown>> | null)[];
  readonly data: readonly { readonly id: string; readonly max_model_len: number }[];
  readonly engine: Readonly<Record<string, string>>;
  readonly tokens: readonly number[];
  readonly [more: string]: unknown;
}

export interface AnswerUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

export interface AnswerChoice {
  readonly index: number;
  readonly text: string;
  readonly message: { readonly role: string; readonly content: string };
  readonly delta: { readonly role?: string; readonly content?: string };
  readonly finish_reason: string | null;
  readonly token_ids: readonly number[];
  readonly prompt_token_ids: readonly number[];
  readonly prompt_logprobs: readonly (Readonly<Record<string, unknown>> | null)[];
  readonly logprobs: {
    readonly tokens: readonly string[];
    readonly token_logprobs: readonly (number | null)[];
    readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[];
    readonly text_offset: readonly number[];
    readonly content: readonly (ChatToken & { readonly top_logprobs: readonly ChatToken[] })[];
  };
}

interface ChatToken {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
}

export const MODEL = 'test-model';

export function testServer(engineOptions: EngineOptions = {}, options: Partial<ServerOptions> = {}): TestServer {
  const engine = createEngine(servingCheckpoint, { prefixCache: true, hotPages: 256, ...engineOptions });
  const defects: unknown[] = [];
  const server = createEngineServer(engine, {
    modelName: MODEL,
    apiKey: null,
    hosts: [],
    version: '1.2.3',
    instance: 'abcd1234',
    entries: [{ name: 'fault', value: 'none' }],
    unixSeconds: () => 1_795_000_000,
    onDefect: (error) => defects.push(error),
    ...options,
  });
  const inject = async (
    method: 'GET' | 'POST',
    url: string,
    payload: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> => {
    const got = await server.app.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    });
    return { status: got.statusCode, headers: got.headers, text: got.body, body: parsed(got.body) };
  };
  return {
    ...server,
    engine,
    defects,
    post: (url, body, headers = {}) => inject('POST', url, body, headers),
    get: (url, headers = {}) => inject('GET', url, undefined, headers),
  };
}

/** The data of a stream's events, without the last `[DONE]`, which must be there. */
export function eventsOf(text: string): AnswerBody[] {
  const data = text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      if (!event.startsWith('data: ')) throw new Error(`no event: ${event}`);
      return event.slice('data: '.length);
    });
  if (data.at(-1) !== '[DONE]') throw new Error(`the stream does not end with [DONE]: ${data.at(-1)}`);
  return data.slice(0, -1).map((one) => JSON.parse(one) as AnswerBody);
}

function parsed(text: string): AnswerBody {
  try {
    return JSON.parse(text) as AnswerBody;
  } catch {
    return undefined as unknown as AnswerBody;
  }
}
