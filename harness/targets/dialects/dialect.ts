/**
 * A dialect: which fields, routes and endpoints of a kind of server are TRIED. What works is what the probe saw work; a dialect alone
 * is evidence of nothing.
 * @module
 */
import type { HttpClient } from '../http/index.ts';
import type { TokenRecord } from '../logprobs/index.ts';

export const DIALECT_IDS = ['generic', 'vllm', 'sglang', 'llama-cpp', 'ollama', 'tgi', 'evenkeel'] as const;
export type DialectId = (typeof DIALECT_IDS)[number];

export type EndpointApi = 'openai-completions' | 'openai-chat';

export type Prompt =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'tokens'; readonly tokenIds: readonly number[] };

/** One request, fully set: nothing is left to a default of the server that a field can set. */
export interface GenerationRequest {
  readonly prompt: Prompt;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  /** Alternatives per produced token; null = no log-probabilities at all. */
  readonly topLogprobs: number | null;
  /** Also the log-probability of each prompt token. */
  readonly scorePrompt: boolean;
  /** Keeps this request's cache entries from those of other salts; null = not sent. */
  readonly cacheSalt: string | null;
  /** Keep this many last tokens of the prompt; absent = nothing is cut. Only for a dialect that `truncates`. */
  readonly truncateTo?: number;
  /** The answer is wanted in pieces; absent = whole. */
  readonly stream?: boolean;
}

/** What one request gave. Null = the server does not tell. */
export interface Produced {
  readonly text: string;
  readonly tokenIds: readonly number[] | null;
  /** Per produced token; [] where the server gives none. */
  readonly tokens: readonly TokenRecord[];
  readonly textCollisions: number | null;
  /** Per prompt token, from the first; null where they were not asked for or not given. */
  readonly promptTokens: readonly TokenRecord[] | null;
  readonly promptIds: readonly number[] | null;
  /** In the server's own word. */
  readonly finishReason: string | null;
  readonly promptCount: number | null;
  readonly completionCount: number | null;
  readonly cachedCount: number | null;
  readonly systemFingerprint: string | null;
  readonly model: string | null;
  readonly slot: number | null;
  readonly truncated: boolean | null;
}

/** One way of asking. */
export interface Route {
  readonly id: string;
  /** Answers can be asked for in pieces. */
  readonly streams?: boolean;
  readonly address: string;
  readonly body: (request: GenerationRequest, model: string) => Readonly<Record<string, unknown>>;
  /** @throws TargetError TARGET_ANSWER_INVALID when it is no answer to the request */
  readonly read: (json: unknown, request: GenerationRequest) => Produced;
  /** All prompts in one request; null where they cannot be said in one (other settings, or a route that takes one prompt). */
  readonly list?: (requests: readonly GenerationRequest[], model: string) => ListRequest | null;
}

export interface ListRequest {
  readonly body: Readonly<Record<string, unknown>>;
  /** In the order of the requests; null when the answer does not hold one choice for each. */
  readonly read: (json: unknown) => readonly Produced[] | null;
}

/** A histogram of rows per step, cumulative as Prometheus has it: steps with at most `le` rows. */
export interface StepRows {
  readonly buckets: readonly { readonly le: number; readonly steps: number }[];
  readonly sum: number;
  readonly count: number;
}

/** An endpoint that a dialect has beside the API. */
export interface SideRoute {
  readonly method: 'GET' | 'POST';
  readonly address: string;
}

export interface Dialect {
  readonly id: DialectId;
  readonly title: string;
  /** `owned_by` of its entries in `/v1/models`: a hint which dialect to try first. */
  readonly ownedBy: readonly string[];
  /** An endpoint that only this server has, and what its answer must hold. */
  readonly recognise: { readonly address: string; readonly field: string } | null;
  /** In order of preference; the last is the plain OpenAI route. */
  readonly routes: (api: EndpointApi) => readonly Route[];
  /** Makes it forget its prefix cache. */
  readonly flush: SideRoute | null;
  /** Whether `cacheSalt` is sent. */
  readonly salted: boolean;
  /** Whether `truncateTo` is sent. */
  readonly truncates: boolean;
  /** How many requests it is working on right now; null when it does not tell. */
  readonly running: ((client: HttpClient) => Promise<number | null>) | null;
  /** How many requests its steps had so far; null where it does not count them. */
  readonly stepRows: ((client: HttpClient) => Promise<StepRows | null>) | null;
  /** Fields of a request that are left to the server's defaults since no field can set them, in words. */
  readonly unsettable: readonly string[];
}
