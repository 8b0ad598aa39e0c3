/** A fixture of SGLang: native /generate with ids, and the traps of its OpenAI echo. @module */
import { completionsRoute, chatRoute, modelsRoute, type OpenAiWords } from './openai-routes.ts';
import {
  startToyServer,
  type Handler,
  type ToyCore,
  type ToyDefects,
  type ToyServer,
  type ToyToken,
} from './toy-server.ts';

const words: OpenAiWords = { ownedBy: 'sglang', saltField: 'cache_salt', showCached: true };

export function startSglangServer(defects: ToyDefects = {}): Promise<ToyServer> {
  return startToyServer({
    // its echo: no offsets, and nothing is produced for 0
    defects: Object.assign(defects, { textOffset: true, zeroTokens: defects.zeroTokens ?? 'refused' }),
    generationPaths: ['/generate', '/v1/completions', '/v1/chat/completions'],
    routes: (core) => ({
      '/v1/models': modelsRoute(core, words),
      '/v1/completions': completionsRoute(core, words),
      '/v1/chat/completions': chatRoute(core, words),
      '/generate': generate(core),
      '/flush_cache': () => {
        core.flushCache();
        return { body: 'Cache flushed.' };
      },
      '/get_model_info': () => ({ body: { model_path: '/srv/secret-user/models/toy', weight_version: 'default' } }),
      '/get_server_info': () => ({
        body: {
          version: '0.5.3',
          model_path: '/srv/secret-user/models/toy',
          api_key: 'sk-plantedsecret-sglang-000',
          kv_cache_dtype: 'auto',
          attention_backend: 'fa3',
          enable_deterministic_inference: false,
          internal_states: [{ last_gen_throughput: Math.floor(performance.now()), max_running_requests: 64 }],
        },
      }),
      '/metrics': () => ({ body: `sglang:num_running_reqs{model_name="toy"} ${core.running.now}.0\n` }),
    }),
  });
}

function generate(core: ToyCore): Handler {
  return async ({ body }) => {
    const sampling = body['sampling_params'] as Record<string, number>;
    if (sampling['max_new_tokens'] === 0)
      return { status: 400, body: { error: { message: 'max_new_tokens must be at least 1' } } };
    const score = body['logprob_start_len'] === 0;
    const result = await core.generate({
      ids: (body['input_ids'] as number[] | undefined) ?? core.tokenize(body['text'] as string),
      maxTokens: sampling['max_new_tokens'],
      temperature: sampling['temperature'],
      seed: sampling['sampling_seed'] ?? 0,
      alternatives: Number(body['top_logprobs_num'] ?? 0),
      salt: (body['extra_key'] as string | undefined) ?? '',
      score,
    });
    const triple = ({ logprob, id, text }: Pick<ToyToken, 'logprob' | 'id' | 'text'>): unknown[] => [logprob, id, text];
    return {
      body: {
        text: result.text,
        output_ids: result.tokens.map(({ id }) => id),
        meta_info: {
          id: 'x',
          finish_reason: { type: result.finish, length: result.tokens.length },
          prompt_tokens: result.ids.length,
          completion_tokens: result.tokens.length,
          cached_tokens: result.cached,
          weight_version: 'default',
          output_token_logprobs: result.tokens.map(triple),
          output_top_logprobs: result.tokens.map(({ top }) => top.map(triple)),
          // the first position has none
          ...(score && { input_token_logprobs: [[null, result.ids[0], null], ...result.prompt.map(triple)] }),
        },
      },
    };
  };
}
