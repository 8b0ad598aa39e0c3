/**
 * `evenkeel serve`: the reference engine over HTTP. One token a byte, so that prompts are token ids; every step's rows are counted.
 * @module
 */
import type { Dialect, GenerationRequest } from './dialect.ts';
import { gaugeReader, histogramReader } from './metrics-text.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

const extra = ({ cacheSalt, truncateTo }: GenerationRequest): Readonly<Record<string, unknown>> => ({
  top_k: -1,
  min_p: 0,
  repetition_penalty: 1,
  ignore_eos: true,
  return_token_ids: true,
  ...(cacheSalt === null ? {} : { cache_salt: cacheSalt }),
  ...(truncateTo === undefined ? {} : { truncate_prompt_tokens: truncateTo }),
});

export const evenkeel: Dialect = {
  id: 'evenkeel',
  title: 'evenkeel serve',
  ownedBy: ['evenkeel'],
  recognise: null,
  routes: (api) => [
    api === 'openai-chat' ? chatRoute({ extra }) : completionsRoute({ extra, score: 'prompt_logprobs' }),
  ],
  flush: { method: 'POST', address: 'root:/reset_prefix_cache' },
  salted: true,
  truncates: true,
  running: gaugeReader('evenkeel:num_requests_running'),
  stepRows: histogramReader('evenkeel:step_rows'),
  unsettable: [],
};
