/**
 * The viewer over HTTP: pages of the stored runs, for this machine alone. It only reads.
 *
 * Whoever can make a browser of this machine open a page can make it ask this server, too. So it answers only requests that name a
 * loopback host (a name that was rebound to 127.0.0.1 does not), only GET and HEAD, and its pages may not be framed, nor read by another
 * origin. No page has a script, but for the report, whose own policy names its scripts by digest.
 * @module
 */
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { ConfigError, DataError } from '../../ports/index.ts';
import { comparePage, errorPage, historyPage, listPage, type Page } from './pages.ts';
import type { RunsSource } from './source.ts';

const URL_LENGTH_MAX = 1024;
const NAMES = ['127.0.0.1', 'localhost'];
/** Not in the policy of a page, which is also read from the page itself, where frames cannot be named. */
const NO_FRAMES = "; frame-ancestors 'none'";

export interface ViewerOptions {
  readonly source: RunsSource;
  /** Told of what is no mistake of the one who asks. */
  readonly onDefect: (error: unknown) => void;
}

class NotFound extends Error {}

export function createViewerApp({ source, onDefect }: ViewerOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: URL_LENGTH_MAX },
    frameworkErrors: (_error, _request, reply) => void send(reply, errorPage(400, 'This is no address of a page.')),
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!isLoopbackHost(request.headers.host))
      return send(reply, errorPage(421, 'This server answers to 127.0.0.1 and localhost alone.'));
    if (request.method === 'GET' || request.method === 'HEAD') return undefined;
    return send(reply.header('allow', 'GET, HEAD'), errorPage(405, 'This server only shows; it takes nothing.'));
  });
  app.setNotFoundHandler((_request, reply) => send(reply, errorPage(404, 'There is no such page.')));
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof NotFound) return send(reply, errorPage(404, error.message));
    if (error instanceof DataError || error instanceof ConfigError)
      return send(reply, errorPage(422, source.withoutPaths(error.message)));
    onDefect(error);
    return send(reply, errorPage(500, 'The viewer has failed on this page; the terminal says more.'));
  });

  app.get('/', (_request, reply) => send(reply, listPage(source.list())));
  app.get('/history', (_request, reply) => send(reply, historyPage(source.history())));
  app.get<{ Params: { id: string } }>('/runs/:id/report.html', async ({ params }, reply) => {
    const { html, policy } = await source.report(known(params.id));
    return send(reply, { status: 200, html, policy });
  });
  app.get<{ Params: { id: string; name: string } }>('/runs/:id/data/:name', async ({ params }, reply) => {
    const { beside } = await source.report(known(params.id));
    const script = beside.get(params.name);
    if (script === undefined) throw new NotFound('The report has no such part.');
    return secured(reply, "default-src 'none'").type('text/javascript; charset=utf-8').send(script);
  });
  app.get<{ Querystring: Record<string, unknown> }>('/compare', async ({ query }, reply) => {
    const { base, head } = query;
    if (typeof base !== 'string' || typeof head !== 'string')
      return send(reply, errorPage(400, 'Choose two runs in the list: what it was, and what it is now.'));
    return send(reply, comparePage(await source.compare(known(base), known(head))));
  });

  function known(id: string): string {
    if (source.has(id)) return id;
    throw new NotFound('There is no such run in this folder.');
  }
  return app;
}

function send(reply: FastifyReply, { status, html, policy }: Page): FastifyReply {
  return secured(reply, policy).code(status).type('text/html; charset=utf-8').send(html);
}

function secured(reply: FastifyReply, policy: string): FastifyReply {
  return reply.headers({
    'content-security-policy': `${policy}${NO_FRAMES}`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  });
}

/** `localhost:8123`; a request without a host, or with any other, comes from a page that has no business here. */
function isLoopbackHost(host: string | undefined): boolean {
  const [name, port, ...rest] = (host ?? '').split(':');
  return rest.length === 0 && NAMES.includes(name.toLowerCase()) && /^\d{0,5}$/.test(port ?? '');
}
