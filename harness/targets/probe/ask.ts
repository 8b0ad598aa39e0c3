/**
 * Asking a server one thing for the probe: a refusal is an answer here, and an answer is looked at before it counts.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import type { Capability } from '../../schema/index.ts';
import type { Dialect, EndpointApi, GenerationRequest, Produced, Route } from '../dialects/index.ts';
import { errorMessageOf, type HttpAnswer, type HttpClient, type HttpClock } from '../http/index.ts';

export type Reply =
  | { readonly kind: 'ok'; readonly produced: Produced; readonly answer: HttpAnswer }
  | { readonly kind: 'refused'; readonly status: number | null; readonly message: string };

/** What is known of a server while it is probed. */
export interface Probing {
  readonly client: HttpClient;
  readonly clock: HttpClock;
  readonly api: EndpointApi;
  readonly dialect: Dialect;
  readonly route: Route;
  readonly model: string;
  readonly topLogprobs: number | null;
  readonly nonce: string;
  readonly apiKey: string | null;
  /** Whether the harness cuts prompts into the server's own tokens (bytes). */
  readonly bytesAreTokens: boolean;
}

export const PROBE_TEXTS = [
  'The keel of a boat keeps it upright in the wind.',
  'Rule one: count to nine. Rule two: stop at nine. Begin:',
  'A list of colours: red, green, blue, and',
] as const;

export const PROBE_TOKENS = 4;

export function defaultRequest(topLogprobs: number | null): GenerationRequest {
  return {
    prompt: { kind: 'text', text: PROBE_TEXTS[0] },
    maxTokens: PROBE_TOKENS,
    temperature: 0,
    seed: 0,
    topLogprobs,
    scorePrompt: false,
    cacheSalt: null,
  };
}

/** @throws TargetError when the server cannot be reached */
export async function ask(probing: Probing, change: Partial<GenerationRequest> = {}): Promise<Reply> {
  const { client, route, model, apiKey, topLogprobs } = probing;
  const request: GenerationRequest = { ...defaultRequest(topLogprobs), ...change };
  const answer = await client.send(route.address, { body: route.body(request, model), retry: true });
  if (answer.status < 200 || answer.status > 299)
    return {
      kind: 'refused',
      status: answer.status,
      message: `HTTP ${answer.status} ${errorMessageOf(answer, apiKey)}`.trim(),
    };
  try {
    return { kind: 'ok', produced: route.read(answer.json, request), answer };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { kind: 'refused', status: answer.status, message: error.message };
  }
}

export type CapabilityState = Capability['state'];

export function finding(id: string, state: CapabilityState, evidence: string): Capability {
  return { id, state, evidence };
}

/** The state of a thing that the server refused. */
export function refused(id: string, reply: Extract<Reply, { kind: 'refused' }>): Capability {
  return finding(id, 'unsupported', reply.message);
}

/** At most four significant digits. */
export function short(value: number): string {
  return value === 0 ? '0' : value.toPrecision(4).replace(/\.?0+(?=e|$)/, '');
}
