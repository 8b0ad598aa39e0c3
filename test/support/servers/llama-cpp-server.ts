/** A fixture of llama.cpp: native /completion with ids and slots, `echo` accepted and ignored, completions in chat shape. @module */
import { completionsRoute, chatRoute, modelsRoute, type OpenAiWords } from './openai-routes.ts';
import { startToyServer, type Handler, type ToyCore, type ToyDefects, type ToyServer } from './toy-server.ts';

const words: OpenAiWords = {
  ownedBy: 'llamacpp',
  modelFields: { meta: { n_vocab: 128, n_params: 1000, size: 4000, n_ctx_train: 4096 } },
};

export interface LlamaCppDefects extends ToyDefects {
  /** Answers with probabilities after the samplers, whatever is asked. */
  postSampling?: boolean;
  withoutNative?: boolean;
}

export function startLlamaCppServer(defects: LlamaCppDefects = {}): Promise<ToyServer> {
  return startToyServer({
    defects: Object.assign(defects, { echo: defects.echo ?? 'ignored', chatShape: true, fingerprint: 'b6500-abc123' }),
    generationPaths: ['/completion', '/v1/completions', '/v1/chat/completions'],
    routes: (core) => ({
      '/v1/models': modelsRoute(core, words),
      '/v1/completions': completionsRoute(core, words),
      '/v1/chat/completions': chatRoute(core, words),
      ...(defects.withoutNative === true ? {} : { '/completion': completion(core, defects) }),
      '/slots': () => ({ body: [0, 1, 2, 3].map((id) => ({ id, is_processing: id < core.running.now })) }),
      '/props': () => ({
        body: {
          build_info: 'b6500-abc123',
          model_path: '/home/secret-user/models/toy.gguf',
          total_slots: 4,
          chat_template: '{% for m in messages %}'.repeat(40),
          default_generation_settings: {
            params: { temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05 },
            n_ctx: 4096,
          },
        },
      }),
    }),
  });
}

function completion(core: ToyCore, defects: LlamaCppDefects): Handler {
  let turn = 0;
  return async ({ body }) => {
    const { prompt } = body;
    const result = await core.generate({
      ids: typeof prompt === 'string' ? core.tokenize(prompt) : (prompt as number[]),
      // 0 produces one
      maxTokens: Math.max(1, Number(body['n_predict'])),
      temperature: Number(body['temperature']),
      seed: Number(body['seed']),
      alternatives: Number(body['n_probs']),
      salt: body['cache_prompt'] === false ? String(turn++) : '',
      score: false,
    });
    const bytes = (text: string): number[] => [...Buffer.from(text)];
    const entry = ({ id, text, logprob }: { id: number; text: string; logprob: number }): Record<string, unknown> =>
      defects.postSampling === true
        ? { id, token: text, bytes: bytes(text), prob: 1 }
        : { id, token: text, bytes: bytes(text), logprob };
    return {
      body: {
        content: result.text,
        tokens: body['return_tokens'] === true ? result.tokens.map(({ id }) => id) : [],
        id_slot: turn % 4,
        stop: true,
        stop_type: 'limit',
        truncated: false,
        model: core.modelName,
        tokens_predicted: result.tokens.length,
        tokens_evaluated: result.ids.length,
        timings: { cache_n: result.cached, prompt_n: result.ids.length },
        completion_probabilities: result.tokens.map((token) => ({
          ...entry(token),
          // after the samplers there may be fewer than n_probs
          ...(defects.postSampling === true
            ? { top_probs: token.top.slice(0, 1).map(entry) }
            : { top_logprobs: token.top.map(entry) }),
        })),
      },
    };
  };
}
