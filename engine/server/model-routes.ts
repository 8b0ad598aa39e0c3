/**
 * What the server says about itself: /health, /version, /v1/models, /server_info, and /reset_prefix_cache.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import { COMPLETION_TOKENS } from './completion-request.ts';
import type { ServerState } from './server-state.ts';
import { ApiError } from './api-error.ts';

const MODEL_PATH = '/v1/models';

export function addModelRoutes(app: FastifyInstance, state: ServerState): void {
  const { engine, loop, options } = state;
  const created = options.unixSeconds();
  const model = () => ({
    id: options.modelName,
    object: 'model',
    created,
    owned_by: 'evenkeel',
    root: options.modelName,
    parent: null,
    max_model_len: loop.maxModelLen,
  });

  app.get('/health', (_request, reply) => {
    // a load balancer sends no more; requests that run are ended well
    if (state.draining)
      throw new ApiError({ status: 503, code: 'shutting_down', message: 'the server is shutting down' });
    return reply.send({ status: 'ok' });
  });
  app.get('/version', (_request, reply) => reply.send({ version: options.version }));
  app.get(MODEL_PATH, (_request, reply) => reply.send({ object: 'list', data: [model()] }));
  app.get<{ Params: { '*': string } }>(`${MODEL_PATH}/*`, (request, reply) => {
    state.checkModel(request.params['*']);
    return reply.send(model());
  });
  app.get('/server_info', (_request, reply) => {
    const entries = [...engine.describe(), ...options.entries];
    return reply.send({
      version: options.version,
      instance: options.instance,
      system_fingerprint: state.systemFingerprint,
      model: options.modelName,
      max_model_len: loop.maxModelLen,
      vocab_size: engine.vocabSize,
      engine: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
      limits: options.limits,
      defaults: {
        completion_tokens: COMPLETION_TOKENS,
        chat_tokens: options.limits.chatTokens,
        temperature: 1,
        seed: 0,
      },
    });
  });
  app.post('/reset_prefix_cache', async (_request, reply) => {
    await loop.resetPrefixCache();
    return reply.send({ status: 'ok' });
  });
}
