/** Any server of the OpenAI API: its documented fields and nothing else. @module */
import type { Dialect } from './dialect.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

export const generic: Dialect = {
  id: 'generic',
  title: 'OpenAI-compatible server',
  ownedBy: [],
  recognise: null,
  routes: (api) => [api === 'openai-chat' ? chatRoute() : completionsRoute()],
  flush: null,
  salted: false,
  truncates: false,
  running: null,
  stepRows: null,
  unsettable: ['top_k', 'min_p', 'repetition_penalty', 'ignore_eos'],
};
