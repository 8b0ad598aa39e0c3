/** A fixture of a server that has the OpenAI API and nothing else. @module */
import { chatRoute, completionsRoute, modelsRoute, type OpenAiWords } from './openai-routes.ts';
import { startToyServer, type ToyDefects, type ToyServer } from './toy-server.ts';

const words: OpenAiWords = { ownedBy: 'somebody' };

export function startGenericServer(defects: ToyDefects = {}, modelName = 'toy'): Promise<ToyServer> {
  return startToyServer({
    defects,
    modelName,
    generationPaths: ['/v1/completions', '/v1/chat/completions'],
    routes: (core) => ({
      '/v1/models': modelsRoute(core, words),
      '/v1/completions': completionsRoute(core, words),
      '/v1/chat/completions': chatRoute(core, words),
    }),
  });
}
