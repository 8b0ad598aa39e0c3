/**
 * What the server refuses or cannot do, as a status and OpenAI's error body: message, type, the parameter that is meant, a stable code.
 * @module
 */

export type ErrorType =
  'invalid_request_error' | 'authentication_error' | 'permission_error' | 'rate_limit_error' | 'server_error';

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: ErrorType;
    readonly param: string | null;
    readonly code: string;
  };
}

export interface ApiErrorOptions {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The parameter that is meant, as a path in the body (`messages[0].role`). */
  readonly param?: string;
  /** When it is worth trying again. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  readonly retryAfterSeconds: number | null;

  constructor({ status, code, message, param, retryAfterSeconds, cause }: ApiErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.param = param ?? null;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }

  get body(): ErrorBody {
    return { error: { message: this.message, type: errorType(this.status), param: this.param, code: this.code } };
  }
}

/** A 400 that names a parameter. */
export function badParameter(param: string, message: string, code = 'invalid_value'): ApiError {
  return new ApiError({ status: 400, code, param, message: `${param}: ${message}` });
}

/** Statuses that the HTTP layer gives a request before it has reached a route. */
const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  414: 'url_too_long',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
};

/**
 * Any error as one for a client. What is not a refusal becomes a 500 that tells nothing of the inside.
 *
 * @returns also whether it is the server's own failure, which somebody should read
 */
export function asApiError(error: unknown): { readonly error: ApiError; readonly defect: boolean } {
  if (error instanceof ApiError) return { error, defect: false };
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500) {
    const code = HTTP_CODES[status] ?? 'bad_request';
    return { error: new ApiError({ status, code, message: error.message, cause: error }), defect: false };
  }
  const message = 'The server failed on this request; its operator can read why in its log.';
  return { error: new ApiError({ status: 500, code: 'internal_error', message, cause: error }), defect: true };
}

function errorType(status: number): ErrorType {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
