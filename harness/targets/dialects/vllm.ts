/**
 * vLLM: scores prompts through `prompt_logprobs` (the engine then ignores the prefix cache), returns token ids, takes a salt.
 * Not sent together with streaming, which it refuses.
 * @module
 */
import type { Dialect, GenerationRequest } from './dialect.ts';
import { gaugeReader } from './metrics-text.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

const extra = ({ cacheSalt, truncateTo }: GenerationRequest): Readonly<Record<string, unknown>> => ({
  top_k: -1,
  min_p: 0,
  repetition_penalty: 1,
  // output lengths stay equal, so that length is never a hidden axis
  ignore_eos: true,
  return_token_ids: true,
  return_tokens_as_token_ids: false,
  ...(cacheSalt === null ? {} : { cache_salt: cacheSalt }),
  ...(truncateTo === undefined ? {} : { truncate_prompt_tokens: truncateTo }),
});

export const vllm: Dialect = {
  id: 'vllm',
  title: 'vLLM',
  ownedBy: ['vllm'],
  recognise: { address: 'root:/version', field: 'version' },
  routes: (api) => [
    api === 'openai-chat' ? chatRoute({ extra }) : completionsRoute({ extra, score: 'prompt_logprobs' }),
  ],
  flush: { method: 'POST', address: 'root:/reset_prefix_cache' },
  salted: true,
  truncates: true,
  running: gaugeReader('vllm:num_requests_running'),
  stepRows: null,
  unsettable: [],
};
