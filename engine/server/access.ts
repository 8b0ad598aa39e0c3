/**
 * Who may ask: the API key, compared in constant time; without one, only programs of this machine and no web page.
 *
 * A page in a browser can send requests to a loopback port. It cannot leave out its `Origin`, nor, after rebinding a name of its own to
 * 127.0.0.1, put another name into `Host`. A key is never written anywhere.
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** Asked by load balancers and process managers, which have no key. */
const OPEN_PATHS = new Set(['/health']);
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export interface Access {
  readonly apiKey: string | null;
  readonly hosts: readonly string[] | null;
}

export function guardAccess(app: FastifyInstance, { apiKey, hosts }: Access): void {
  const wanted = apiKey === null ? null : digest(apiKey);
  const names = hosts === null || apiKey !== null ? null : new Set([...LOOPBACK_NAMES, ...hosts.map(lowerCase)]);
  // a promise, so that a refusal goes the way of every other error
  app.addHook('onRequest', async (request) => {
    if (OPEN_PATHS.has(request.url)) return;
    const { authorization, origin, host } = request.headers;
    if (wanted !== null) {
      const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (given === undefined || !timingSafeEqual(digest(given), wanted))
        throw new ApiError({
          status: 401,
          code: 'invalid_api_key',
          message: `expected a valid key in the header "Authorization: Bearer ...", got ${given === undefined ? 'none' : 'another'}`,
        });
      return;
    }
    if (origin !== undefined)
      throw new ApiError({
        status: 403,
        code: 'browser_refused',
        message: 'a server without an API key answers no web page (the request has an Origin header)',
      });
    if (names !== null && !names.has(hostName(host)))
      throw new ApiError({
        status: 403,
        code: 'host_refused',
        message:
          'a server without an API key answers to loopback names and its own alone (the Host header has another)',
      });
  });
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

/** `[::1]:8000` -> `[::1]` */
function hostName(host: string | undefined): string {
  return lowerCase(host ?? '').replace(/:\d+$/, '');
}
