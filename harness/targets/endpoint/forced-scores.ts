/**
 * Teacher forcing on a server: the prompt and the tokens of another level are sent as one prompt, and the server scores it.
 *
 * Only by token ids: a text that is cut into tokens again may become other tokens. The server computes the tokens in its prefill, the
 * reference's values come from its decoding, so a difference holds the rounding between the two; the probe's `prompt-score-agrees`
 * measures that.
 * @module
 */
import type { GenerationRequest, Route } from '../dialects/index.ts';
import type { HttpClient } from '../http/index.ts';

export interface ForcedInput {
  readonly client: HttpClient;
  readonly route: Route;
  readonly model: string;
  /** As it was sent for the answer. */
  readonly request: GenerationRequest;
  /** The prompt as the server counts it. */
  readonly promptIds: readonly number[];
  readonly forced: readonly number[];
}

/** @returns the log-probability of each forced token; null when the server scored another number of tokens than were sent */
export async function scoreForced(input: ForcedInput): Promise<(number | null)[] | null> {
  const { client, route, model, promptIds, forced } = input;
  const tokenIds = [...promptIds, ...forced];
  const request: GenerationRequest = {
    ...input.request,
    prompt: { kind: 'tokens', tokenIds },
    maxTokens: 1,
    scorePrompt: true,
  };
  const answer = await client.json(route.address, { body: route.body(request, model), retry: true });
  const { promptTokens } = route.read(answer.json, request);
  if (promptTokens?.length !== tokenIds.length) return null;
  return promptTokens.slice(promptIds.length).map(({ logprob }) => logprob);
}
