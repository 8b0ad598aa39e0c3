/** A fixture of vLLM: ids, prompt scores, salt, flush, metrics. @module */
import { chatRoute, completionsRoute, modelsRoute, type OpenAiWords } from './openai-routes.ts';
import { startToyServer, type ToyDefects, type ToyServer } from './toy-server.ts';

const words: OpenAiWords = {
  ownedBy: 'vllm',
  modelFields: { root: '/models/toy', parent: null, max_model_len: 4096 },
  vllmFields: true,
  saltField: 'cache_salt',
  showCached: true,
};

export function startVllmServer(defects: ToyDefects = {}): Promise<ToyServer> {
  return startToyServer({
    defects,
    generationPaths: ['/v1/completions', '/v1/chat/completions'],
    routes: (core) => ({
      '/v1/models': modelsRoute(core, words),
      '/v1/completions': completionsRoute(core, words),
      '/v1/chat/completions': chatRoute(core, words),
      '/version': () => ({ body: { version: '0.11.0' } }),
      '/reset_prefix_cache': () => {
        if (defects.withoutAdminRoutes === true) return { status: 404, body: { detail: 'Not Found' } };
        core.flushCache();
        return { body: {} };
      },
      '/metrics': () => ({
        headers: { 'content-type': 'text/plain' },
        body: [
          '# TYPE vllm:num_requests_running gauge',
          `vllm:num_requests_running{engine="0",model_name="toy"} ${core.running.now}.0`,
          'vllm:cache_config_info{block_size="16",cache_dtype="fp8",enable_prefix_caching="True",engine="0",gpu_memory_utilization="0.9",num_gpu_blocks="1000"} 1.0',
          '',
        ].join('\n'),
      }),
      '/server_info': () => {
        if (defects.withoutAdminRoutes === true) return { status: 404, body: { detail: 'Not Found' } };
        return {
          body: {
            vllm_config: { model: '/home/secret-user/models/toy', dtype: 'bfloat16', kv_cache_dtype: 'fp8' },
            vllm_env: {
              VLLM_BATCH_INVARIANT: '1',
              HF_TOKEN: 'hf_plantedsecret1234567890',
              VLLM_CACHE_ROOT: '/home/secret-user/.cache',
            },
            system_env: { gpu: 'H100' },
          },
        };
      },
    }),
  });
}
