/** A fixture of TGI: native /generate with ids; an OpenAI completions route without log-probabilities. @module */
import { completionsRoute, chatRoute, type OpenAiWords } from './openai-routes.ts';
import { startToyServer, type Handler, type ToyCore, type ToyDefects, type ToyServer } from './toy-server.ts';

const words: OpenAiWords = { ownedBy: 'tgi' };

export function startTgiServer(defects: ToyDefects = {}): Promise<ToyServer> {
  return startToyServer({
    defects: Object.assign(defects, { tokenIdPrompts: 'refused' }),
    generationPaths: ['/generate', '/v1/completions', '/v1/chat/completions'],
    routes: (core) => ({
      '/v1/completions': completionsRoute(
        { ...core, defects: { ...core.defects, logprobs: 'none', echo: 'ignored' } },
        words,
      ),
      '/v1/chat/completions': chatRoute(core, words),
      '/generate': generate(core),
      '/info': () => ({
        body: {
          model_id: 'org/toy',
          model_sha: 'c'.repeat(40),
          version: '3.3.5',
          docker_label: 'sha-db931fc',
          max_total_tokens: 4096,
        },
      }),
      '/metrics': () => ({ body: `tgi_batch_current_size ${core.running.now}\n` }),
    }),
  });
}

function generate(core: ToyCore): Handler {
  return async ({ body }) => {
    const parameters = body['parameters'] as Record<string, number | boolean | null>;
    if (parameters['temperature'] === 0)
      return { status: 422, body: { error: '`temperature` must be strictly positive' } };
    if (parameters['max_new_tokens'] === 0)
      return { status: 422, body: { error: '`max_new_tokens` must be strictly positive' } };
    const score = parameters['decoder_input_details'] === true;
    const result = await core.generate({
      ids: core.tokenize(body['inputs'] as string),
      maxTokens: Number(parameters['max_new_tokens']),
      temperature: parameters['do_sample'] === true ? Number(parameters['temperature']) : 0,
      seed: Number(parameters['seed']),
      alternatives: Number(parameters['top_n_tokens'] ?? 0),
      salt: '',
      score,
    });
    const entry = ({ id, text, logprob }: { id: number; text: string; logprob: number }): unknown => ({
      id,
      text,
      logprob,
    });
    return {
      body: {
        generated_text: result.text,
        details: {
          finish_reason: result.finish,
          generated_tokens: result.tokens.length,
          seed: parameters['seed'],
          prefill: score ? [{ id: result.ids[0], text: '?', logprob: null }, ...result.prompt.map(entry)] : [],
          tokens: result.tokens.map(entry),
          top_tokens: result.tokens.map(({ top }) => top.map(entry)),
        },
      },
    };
  };
}
