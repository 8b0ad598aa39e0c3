/**
 * Requests that a server should refuse, each in its own way, and routes that tell about it. None asks for more than one token, so that a
 * server that takes one all the same does little.
 * @module
 */

export interface SideRequest {
  readonly what: string;
  readonly method: 'GET' | 'POST';
  readonly address: string;
  /** Sent as it is. */
  readonly rawBody?: string;
  readonly body?: unknown;
}

export interface RefusedInput {
  /** Where generation is asked for. */
  readonly address: string;
  readonly model: string;
  /** Tokens that a request may have; null = the server does not tell, and nothing is sent that is too long. */
  readonly tokensMax: number | null;
}

/** A prompt that is too long costs this many words at most. */
const WORDS_MAX = 200_000;

export function refusedRequests({ address, model, tokensMax }: RefusedInput): SideRequest[] {
  const post = (what: string, body: unknown): SideRequest => ({ what, method: 'POST', address, body });
  const ask = { model, max_tokens: 1 };
  return [
    { what: 'malformed JSON', method: 'POST', address, rawBody: `{"model": ${JSON.stringify(model)}, "prompt": ` },
    { what: 'no JSON', method: 'POST', address, rawBody: 'prompt=none' },
    post('wrong types', { ...ask, prompt: { text: 1 }, messages: 7 }),
    post('no prompt', ask),
    // no number of tokens: servers exist for which a negative one means without end
    post('impossible parameter', { ...ask, prompt: 'x', messages: [{ role: 'user', content: 'x' }], temperature: -5 }),
    post('unknown model', {
      ...ask,
      model: 'evenkeel-no-such-model',
      prompt: 'x',
      messages: [{ role: 'user', content: 'x' }],
    }),
    ...(tokensMax === null || tokensMax > WORDS_MAX
      ? []
      : [
          post('too long', {
            ...ask,
            prompt: 'x '.repeat(tokensMax + 1),
            messages: [{ role: 'user', content: 'x '.repeat(tokensMax + 1) }],
          }),
        ]),
    { what: 'unknown route', method: 'GET', address: 'root:/evenkeel-no-such-route' },
  ];
}

/** What servers tell of themselves; a route that is not there answers with an error, which is read too. */
export const SIDE_ROUTES: readonly SideRequest[] = [
  'root:/metrics',
  'root:/slots',
  'root:/props',
  'root:/server_info',
  'root:/get_server_info',
  'root:/health',
  'root:/info',
  '/models',
].map((address) => ({ what: address, method: 'GET', address }));
