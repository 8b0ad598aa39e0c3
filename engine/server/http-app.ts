/**
 * The HTTP layer: limits of time and size, who may ask, and one shape of error for whatever goes wrong, also before a route is reached.
 * @module
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { guardAccess } from './access.ts';
import { ApiError, asApiError } from './api-error.ts';
import type { CompleteServerOptions } from './options.ts';

const URL_LENGTH_MAX = 1024;
const CHECK_MS = 2000;

export function createHttpApp(options: CompleteServerOptions): FastifyInstance {
  const { limits } = options;
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    // node looks for what is late once in this time, by default every 30 s
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: Math.min(limits.headersMs, CHECK_MS) },
    // connections that wait for their next request are closed; those with a request in hand end it
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: URL_LENGTH_MAX },
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, _request, reply) => void answerError(reply, error, options),
  });
  // JSON alone: a web page may send text to another origin without being asked, but not JSON
  app.removeContentTypeParser('text/plain');
  app.server.maxConnections = limits.connectionsMax;
  guardAccess(app, options);
  app.setErrorHandler((error, _request, reply) => answerError(reply, error, options));
  app.setNotFoundHandler((request, reply) => {
    const methods = ['GET', 'POST'].filter((method) => app.hasRoute({ method: method, url: pathOf(request.url) }));
    const error =
      methods.length > 0
        ? new ApiError({
            status: 405,
            code: 'method_not_allowed',
            message: `${pathOf(request.url)}: expected ${methods.join(' or ')}, got ${request.method}`,
          })
        : new ApiError({
            status: 404,
            code: 'not_found',
            message: `there is no ${request.method} ${pathOf(request.url)}`,
          });
    if (methods.length > 0) reply.header('allow', methods.join(', '));
    return answerError(reply, error, options);
  });
  return app;
}

function answerError(reply: FastifyReply, thrown: unknown, { onDefect, parts }: CompleteServerOptions): FastifyReply {
  const { error, defect } = asApiError(thrown);
  if (defect) onDefect(thrown);
  if (error.retryAfterSeconds !== null) reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(error.status).send(parts.errorBody(error.body));
}

function pathOf(url: string): string {
  return url.split('?')[0].slice(0, URL_LENGTH_MAX);
}

/** What is no HTTP, came too slowly, or has too many headers: there is no request to reply to, only a socket. */
function refuseMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const refusal = asApiError(Object.assign(new Error(STATUS_CODES[status] ?? ''), { statusCode: status })).error;
  const body = JSON.stringify(refusal.body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
