/**
 * The OpenAI-compatible server of one engine: routes over one loop, listening, and an end that lets running requests finish.
 *
 * What it answers and refuses: docs/serve.md.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { Engine } from '../serving/index.ts';
import { ApiError } from './api-error.ts';
import { addChatRoute } from './chat-route.ts';
import { addCompletionRoute } from './completion-route.ts';
import { EngineLoop } from './engine-loop.ts';
import { createHttpApp } from './http-app.ts';
import { addMetricsRoute } from './metrics-route.ts';
import { addModelRoutes } from './model-routes.ts';
import { completeServerOptions } from './options.ts';
import type { ServerOptions } from './options.ts';
import { ServerState } from './server-state.ts';
import { addTokenizerRoutes } from './tokenizer-routes.ts';

export interface EngineServer {
  readonly app: FastifyInstance;
  /** @param port - 0 = any that is free @returns the URL */
  listen(place: { readonly host: string; readonly port: number }): Promise<string>;
  /** Takes no more requests, ends the running ones (after `drainMs` with an error), then closes. */
  close(): Promise<void>;
}

const DRAIN_POLL_MS = 20;
/** For what is still to be written when everything is computed. */
const CLOSE_MS = 2000;

export function createEngineServer(engine: Engine, given: ServerOptions): EngineServer {
  const options = completeServerOptions(given);
  const { queuedMax, batchWaitMs, drainMs } = options.limits;
  const loop = new EngineLoop(engine, { queuedMax, batchWaitMs, onDefect: options.onDefect });
  const state = new ServerState(engine, loop, options);
  const app = createHttpApp(options);
  app.addHook('onRequest', async (request) => {
    if (state.draining && request.method === 'POST')
      throw new ApiError({
        status: 503,
        code: 'shutting_down',
        message: 'the server is shutting down',
        retryAfterSeconds: 1,
      });
  });
  // first, because its hook counts the answers of the routes after it
  addMetricsRoute(app, state);
  addCompletionRoute(app, state);
  addChatRoute(app, state);
  addModelRoutes(app, state);
  addTokenizerRoutes(app, state);

  return {
    app,
    listen: ({ host, port }) => app.listen({ host, port }),
    async close() {
      state.draining = true;
      for (let waited = 0; waited < drainMs && (!loop.idle || state.openAnswers > 0); waited += DRAIN_POLL_MS)
        await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
      loop.abortAll(
        new ApiError({ status: 503, code: 'shutting_down', message: 'the server shut down before the end' }),
      );
      // who does not read, or keeps a connection open, ends with the server
      const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
      await app.close();
      clearTimeout(timer);
    },
  };
}
