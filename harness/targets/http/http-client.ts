/**
 * Requests to a model server over fetch: a deadline, a limit on the answer's size, and attempts that are all written down.
 *
 * A request is tried again only after 408, 409, 429, 5xx or a broken connection, at most `attemptsMax` times, and waits as the server
 * asks. Where a retry would change the batch that is measured the caller forbids it. Redirects are not followed: another server
 * would answer. The key is sent in a header, and never in a message.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import type { BaseUrl } from './base-url.ts';
import { joinEvents, type Arrival } from './event-stream.ts';
import { parseLenientJson } from './lenient-json.ts';
import { backoffWaitMs, isRetryable, statedWaitMs } from './retry-after.ts';

export interface HttpClientOptions {
  readonly url: BaseUrl;
  /** Sent as `Authorization: Bearer`; null = none. */
  readonly apiKey: string | null;
  /** From the request to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  readonly attemptsMax: number;
  /** A longer wait is not waited for: the request fails. */
  readonly waitMsMax: number;
  readonly clock: HttpClock;
  readonly fetch?: typeof fetch;
}

export interface HttpClock {
  /** Monotonic. */
  nowMs(): number;
  /** Since 1970. */
  wallMs(): number;
  sleep(ms: number): Promise<void>;
}

export const systemHttpClock: HttpClock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export interface HttpAttempt {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Null when the attempt gave the answer. */
  readonly error: string | null;
  /** Before this attempt. */
  readonly waitedMs: number;
  readonly durationMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Undefined when the body is no JSON. */
  readonly json: unknown;
  readonly text: string;
  /** Events that brought text; absent = the answer came whole. */
  readonly pieces?: number;
  /** When its parts came; absent = not asked for. */
  readonly arrivals?: readonly Arrival[];
  readonly attempts: readonly HttpAttempt[];
  /** Of the last attempt, on the monotonic clock. */
  readonly startedMs: number;
  readonly finishedMs: number;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  /** Sent as it is, as JSON that it may not be; instead of `body`. */
  readonly rawBody?: string;
  readonly retry: boolean;
  /** On a connection of its own, so that a second server behind the same address has its chance to answer. */
  readonly fresh?: boolean;
  /** The time of each part of the answer is wanted. */
  readonly timed?: boolean;
}

export interface HttpClient {
  readonly url: BaseUrl;
  /**
   * @param address - below the API's base (`/completions`) or, with `root:` before it, below the server's root (`root:/metrics`)
   * @throws TargetError TARGET_UNREACHABLE, TARGET_TIMEOUT, TARGET_ANSWER_TOO_LARGE, TARGET_BUSY; never for a status that answers
   */
  send(address: string, options: RequestOptions): Promise<HttpAnswer>;
  /** The JSON of a 2xx answer; of a stream of events, the answer that they make together. @throws also TARGET_REFUSED, TARGET_ANSWER_INVALID */
  json(address: string, options: RequestOptions): Promise<HttpAnswer>;
}

const ERROR_TEXT_MAX = 200;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const addressOf = (address: string): string =>
    address.startsWith('root:')
      ? `${options.url.root}${address.slice('root:'.length)}`
      : `${options.url.api}${address}`;
  const send = (address: string, request: RequestOptions): Promise<HttpAnswer> =>
    sendWithRetries(options, addressOf(address), request);
  return {
    url: options.url,
    send,
    json: async (address, request) => {
      const answer = await send(address, request);
      if (answer.status < 200 || answer.status > 299) throw refusal(addressOf(address), answer, options);
      if (answer.json !== undefined) return answer;
      const joined = joinEvents(answer.text);
      if (joined === null)
        throw new TargetError({
          code: 'TARGET_ANSWER_INVALID',
          at: addressOf(address),
          expected: 'JSON',
          got: JSON.stringify(answer.text.slice(0, 60)),
          hint: 'Is this the base URL of the API, usually ending in /v1?',
        });
      return { ...answer, ...joined };
    },
  };
}

async function sendWithRetries(options: HttpClientOptions, url: string, request: RequestOptions): Promise<HttpAnswer> {
  const { clock } = options;
  const attempts: HttpAttempt[] = [];
  let waitedMs = 0;
  for (;;) {
    const startedMs = clock.nowMs();
    const outcome = await attemptOnce(options, url, request);
    const finishedMs = clock.nowMs();
    const durationMs = Math.max(0, finishedMs - startedMs);
    const last = !request.retry || attempts.length + 1 >= options.attemptsMax;
    if (outcome.kind === 'failed') {
      attempts.push({ status: null, error: outcome.error.message, waitedMs, durationMs });
      if (last || !outcome.transient) throw outcome.error;
      waitedMs = backoffWaitMs(attempts.length);
    } else {
      const { status, headers, text, arrivals } = outcome;
      const again = shouldRetry(status, headers);
      const error = status >= 200 && status <= 299 ? null : `HTTP ${status}`;
      attempts.push({ status, error, waitedMs, durationMs });
      if (!again || last)
        return {
          ...{ status, text, json: jsonOf(text), attempts, startedMs, finishedMs },
          ...(request.timed === true ? { arrivals } : {}),
        };
      waitedMs = statedWaitMs(headers, clock.wallMs()) ?? backoffWaitMs(attempts.length);
      if (waitedMs > options.waitMsMax)
        throw new TargetError({
          code: 'TARGET_BUSY',
          at: url,
          expected: `an answer within ${options.waitMsMax} ms`,
          got: `HTTP ${status} and a wait of ${Math.round(waitedMs)} ms`,
          hint: 'Try again when the server has fewer requests.',
          retryAfterMs: waitedMs,
        });
    }
    await clock.sleep(waitedMs);
  }
}

/** `x-should-retry` is the server's own word. */
function shouldRetry(status: number, headers: Pick<Headers, 'get'>): boolean {
  if (status >= 200 && status <= 299) return false;
  const told = headers.get('x-should-retry');
  if (told === 'true') return true;
  if (told === 'false') return false;
  return isRetryable(status);
}

type Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
      readonly arrivals: readonly Arrival[];
    }
  | { readonly kind: 'failed'; readonly error: TargetError; readonly transient: boolean };

async function attemptOnce(options: HttpClientOptions, url: string, request: RequestOptions): Promise<Outcome> {
  const abort = new AbortController();
  const deadline = setTimeout(() => abort.abort(), options.timeoutMs);
  const body = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  try {
    const response = await (options.fetch ?? fetch)(url, {
      method: request.method ?? (body === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept: 'application/json',
        ...(request.fresh === true ? { connection: 'close' } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const read = await readLimited(response, options, () => abort.abort());
    if (read === null)
      return failed(false, {
        code: 'TARGET_ANSWER_TOO_LARGE',
        at: url,
        expected: `at most ${options.answerBytesMax} bytes`,
        got: 'more',
        hint: 'Ask for fewer tokens or alternatives, or raise target.answerBytesMax.',
      });
    return { kind: 'answer', status: response.status, headers: response.headers, ...read };
  } catch (cause) {
    if (abort.signal.aborted)
      return failed(true, {
        code: 'TARGET_TIMEOUT',
        at: url,
        expected: `an answer within ${options.timeoutMs} ms`,
        got: 'none',
        hint: 'Raise target.timeoutMs, or ask for fewer tokens.',
        cause,
      });
    return failed(true, {
      code: 'TARGET_UNREACHABLE',
      at: url,
      expected: 'a server that answers',
      got: causeText(cause),
      hint: 'Is it running, and is the base URL right?',
      cause,
    });
  } finally {
    clearTimeout(deadline);
  }
}

function failed(transient: boolean, problem: ConstructorParameters<typeof TargetError>[0]): Outcome {
  return { kind: 'failed', transient, error: new TargetError(problem) };
}

/** Null when there are more bytes than allowed; the rest is not read. */
async function readLimited(
  response: Response,
  { answerBytesMax, clock }: Pick<HttpClientOptions, 'answerBytesMax' | 'clock'>,
  stop: () => void,
): Promise<{ readonly text: string; readonly arrivals: readonly Arrival[] } | null> {
  const arrivals: Arrival[] = [];
  if (response.body === null) return { text: '', arrivals };
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > answerBytesMax) {
      stop();
      return null;
    }
    chunks.push(value);
    arrivals.push({ atMs: clock.nowMs(), endByte: length });
  }
  return { text: new TextDecoder().decode(Buffer.concat(chunks)), arrivals };
}

function jsonOf(text: string): unknown {
  try {
    return parseLenientJson(text);
  } catch {
    return undefined;
  }
}

/** fetch hides the reason one level below. */
function causeText(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) return String(inner);
  const code: unknown = 'code' in inner ? inner.code : undefined;
  return typeof code === 'string' && !inner.message.includes(code) ? `${code} ${inner.message}` : inner.message;
}

function refusal(url: string, answer: HttpAnswer, { apiKey }: HttpClientOptions): TargetError {
  const permanent = !isRetryable(answer.status);
  const hint =
    answer.status === 401 || answer.status === 403
      ? 'The server wants a key: name the environment variable that holds it with --api-key-env.'
      : answer.status === 404
        ? 'Is this the base URL of the API, usually ending in /v1?'
        : '';
  return new TargetError({
    code: permanent ? 'TARGET_REFUSED' : 'TARGET_BUSY',
    at: url,
    expected: 'status 200',
    got: `${answer.status} ${errorMessageOf(answer, apiKey)}`.trim(),
    hint,
  });
}

/** What the server says, short, on one line, and without the key that it may repeat. */
export function errorMessageOf(answer: Pick<HttpAnswer, 'json' | 'text'>, apiKey: string | null): string {
  const text = messageIn(answer.json) ?? answer.text;
  const safe = apiKey === null || apiKey === '' ? text : text.replaceAll(apiKey, '[redacted]');
  return safe
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, ERROR_TEXT_MAX);
}

function messageIn(json: unknown): string | null {
  if (typeof json !== 'object' || json === null) return null;
  for (const name of ['message', 'error', 'detail'] as const) {
    const value: unknown = (json as Record<string, unknown>)[name];
    if (typeof value === 'string') return value;
    const inner = typeof value === 'object' && value !== null ? messageIn(value) : null;
    if (inner !== null) return inner;
  }
  return null;
}
