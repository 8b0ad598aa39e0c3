/**
 * Ollama: one text prompt a request, log-probabilities in chat shape on both routes, and samplers of the Modelfile that the OpenAI
 * routes cannot switch off.
 * @module
 */
import type { Dialect } from './dialect.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

const extra = (): Readonly<Record<string, unknown>> => ({ n: undefined, echo: undefined });

export const ollama: Dialect = {
  id: 'ollama',
  title: 'Ollama',
  ownedBy: ['library'],
  recognise: { address: 'root:/api/version', field: 'version' },
  routes: (api) => [api === 'openai-chat' ? chatRoute({ extra }) : completionsRoute({ extra })],
  flush: null,
  salted: false,
  truncates: false,
  running: null,
  stepRows: null,
  unsettable: ['top_k', 'min_p', 'repeat_penalty', 'ignore_eos', 'num_ctx'],
};
