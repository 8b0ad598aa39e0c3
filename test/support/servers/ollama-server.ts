/** A fixture of Ollama: one text prompt, log-probabilities in chat shape, a fingerprint that never changes. @module */
import { completionsRoute, chatRoute, modelsRoute, type OpenAiWords } from './openai-routes.ts';
import { startToyServer, type ToyDefects, type ToyServer } from './toy-server.ts';

const words: OpenAiWords = { ownedBy: 'library' };

export function startOllamaServer(defects: ToyDefects = {}): Promise<ToyServer> {
  return startToyServer({
    defects: Object.assign(defects, {
      listPrompts: 'refused',
      tokenIdPrompts: 'refused',
      chatShape: true,
      echo: 'ignored',
      fingerprint: 'fp_ollama',
    }),
    modelName: 'toy:latest',
    generationPaths: ['/v1/completions', '/v1/chat/completions'],
    routes: (core) => ({
      '/v1/models': modelsRoute(core, words),
      '/v1/completions': completionsRoute(core, words),
      '/v1/chat/completions': chatRoute(core, words),
      '/api/version': () => ({ body: { version: '0.12.0' } }),
      '/api/show': () => ({
        body: {
          license: 'x'.repeat(5000),
          template: '{{ .Prompt }}',
          parameters: 'temperature 0.7',
          details: { family: 'llama', quantization_level: 'Q4_K_M', parameter_size: '1B' },
        },
      }),
      '/api/tags': () => ({ body: { models: [{ name: 'toy:latest', digest: 'ab'.repeat(32) }] } }),
    }),
  });
}
