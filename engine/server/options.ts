/**
 * What a server is told: names, key, limits, and what it may not make itself (time, a nonce). Defaults are filled here, once.
 * @module
 */
import type { ErrorBody } from './api-error.ts';

export interface ServerLimits {
  /** Largest request body. */
  readonly bodyBytes: number;
  /** Requests that may wait for a place in the batch; more are answered with 429. */
  readonly queuedMax: number;
  /** How long an idle engine waits for more requests before the first step, so that requests sent together begin in one batch. */
  readonly batchWaitMs: number;
  /** Log-probabilities that one request may ask for, alternatives included: they are kept until it is answered. */
  readonly logprobsMax: number;
  /** Open connections. */
  readonly connectionsMax: number;
  /** Until the headers, and until the whole request, have come. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long a client of a stream may read nothing while there is something to read. */
  readonly stallMs: number;
  /** How long running requests may take after `close` was called. */
  readonly drainMs: number;
  /** Produced tokens of a chat request that names no limit. */
  readonly chatTokens: number;
}

export const LIMIT_DEFAULTS: ServerLimits = {
  bodyBytes: 1024 * 1024,
  queuedMax: 256,
  batchWaitMs: 0,
  logprobsMax: 1024 * 1024,
  connectionsMax: 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  stallMs: 30_000,
  drainMs: 30_000,
  chatTokens: 256,
};

/** Exchangeable parts of the HTTP face. */
export interface ServerParts {
  /** What a client is told of an error. */
  readonly errorBody: (body: ErrorBody) => ErrorBody;
}

const PART_DEFAULTS: ServerParts = { errorBody: (body) => body };

export interface ServerOptions {
  /** Name of the model in requests and answers. */
  readonly modelName: string;
  /** null = everybody may ask. */
  readonly apiKey: string | null;
  /** Names that the Host header may have besides loopback ones, when there is no key. null = any: the caller has decided so. */
  readonly hosts: readonly string[] | null;
  /** Version of the program, for /version. */
  readonly version: string;
  /** Unique to this process: says which server answered, also when two share a port. */
  readonly instance: string;
  /** Further entries of /server_info about the engine, for example a fault that it was given. */
  readonly entries: readonly { readonly name: string; readonly value: string }[];
  readonly unixSeconds: () => number;
  /** Told of failures of the server itself; never of a client's. */
  readonly onDefect: (error: unknown) => void;
  readonly limits?: Partial<ServerLimits>;
  readonly parts?: Partial<ServerParts>;
}

export type CompleteServerOptions = Omit<ServerOptions, 'limits' | 'parts'> & {
  readonly limits: ServerLimits;
  readonly parts: ServerParts;
};

export function completeServerOptions(options: ServerOptions): CompleteServerOptions {
  return {
    ...options,
    limits: { ...LIMIT_DEFAULTS, ...options.limits },
    parts: { ...PART_DEFAULTS, ...options.parts },
  };
}
