/** `evenkeel serve`: the reference engine over HTTP. One token a byte, so that prompts are token ids. @module */
import type { Dialect, GenerationRequest } from './dialect.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

const extra = (_request: GenerationRequest): Readonly<Record<string, unknown>> => ({ ignore_eos: true });

export const evenkeel: Dialect = {
  id: 'evenkeel',
  title: 'evenkeel serve',
  ownedBy: ['evenkeel'],
  recognise: null,
  routes: (api) => [api === 'openai-chat' ? chatRoute({ extra }) : completionsRoute({ extra })],
  flush: null,
  salted: false,
  running: null,
  unsettable: [],
};
