/**
 * Requests and results of a serving session.
 * @module
 */
import type { SamplingOptions, TokenLogprob } from './sampler.ts';

export interface BatchRequest {
  readonly id: string;
  readonly tokenIds: readonly number[] | Int32Array;
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly seed?: number;
  readonly stopTokenIds?: readonly number[];
  /** How many alternatives to return per token; 0 = only the chosen token's log-probability. */
  readonly topLogprobs?: number;
  /** Text ends before the first of these, wherever its characters' tokens begin and end. */
  readonly stop?: readonly string[];
  /** Only these tokens may be produced. */
  readonly allowedTokenIds?: readonly number[];
  /** Log-probabilities of the prompt's own tokens, with this many alternatives each. */
  readonly promptLogprobs?: number;
  /** Called with the entries of `promptLogprobs` as they come, in order, before the first token. */
  readonly onPromptLogprobs?: (entries: readonly PromptLogprob[]) => void;
  /** Called with each new piece of text; the pieces joined are `text`. */
  readonly onText?: (piece: string) => void;
  /** Called with each produced token, and the alternatives that `topLogprobs` asks for. */
  readonly onToken?: OnToken;
  /** Called once, when the request has left the session for whatever reason. */
  readonly onEnd?: (result: BatchResult) => void;
  /** Scheduler rounds after which the request arrives. */
  readonly arrivalStep?: number;
  /** Prefixes are shared inside a tenant alone. */
  readonly tenant?: string;
  /** Further isolation of shared prefixes, as a client's cache salt. */
  readonly cacheSalt?: string;
  readonly adapter?: string;
  /** Return the logits of every produced token. */
  readonly keepLogits?: boolean;
  /** Return the logits of this many last prompt positions. */
  readonly scoreLastPositions?: number;
  /** Called with the logits of all prompt positions, in order: [n, vocab] per call, any chunking. Borrowed. */
  readonly onPromptLogits?: (logits: Float32Array) => void;
  /** Also return the logits that predict each of these tokens, given after the prompt (teacher forcing). */
  readonly forcedTokenIds?: readonly number[];
}

export type OnToken = (tokenId: number, logprob: number, top: readonly TokenLogprob[]) => void;

export type FinishReason = 'stop' | 'length' | 'abort';

/** A token's log-probability with the most likely alternatives. */
export type RankedLogprob = TokenLogprob & { readonly top: readonly TokenLogprob[] };

/** A prompt token's log-probability; `rank` 1 is the most likely token. */
export type PromptLogprob = RankedLogprob & { readonly rank: number };

export interface BatchResult {
  readonly id: string;
  /** The slot that the request had. */
  readonly row: number;
  readonly tokenIds: number[];
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Prompt tokens that came from the prefix cache. */
  readonly cachedTokens: number;
  /** One per prompt token from the second on; null when not asked for. */
  readonly promptLogprobs: readonly PromptLogprob[] | null;
  /** Natural log, one per produced token. */
  readonly logprobs: number[];
  readonly topLogprobs: TokenLogprob[][];
  /** [tokenIds.length, vocab] */
  readonly logits: Float32Array | null;
  /** [min(scoreLastPositions, prompt length), vocab] */
  readonly promptLogits: Float32Array | null;
  /** [forcedTokenIds.length, vocab] */
  readonly forcedLogits: Float32Array | null;
}

/** A request with every default set and its token ids checked. */
export interface AdmittedRequest extends SamplingOptions {
  readonly id: string;
  readonly prompt: Int32Array;
  readonly maxTokens: number;
  readonly stopTokenIds: readonly number[];
  readonly stop: readonly string[];
  readonly allowedTokenIds: readonly number[] | null;
  /** null = not asked for */
  readonly promptLogprobs: number | null;
  readonly onPromptLogprobs: ((entries: readonly PromptLogprob[]) => void) | null;
  readonly onText: ((piece: string) => void) | null;
  readonly onToken: OnToken | null;
  readonly onEnd: ((result: BatchResult) => void) | null;
  readonly arrivalStep: number;
  readonly tenant: string;
  readonly cacheSalt: string;
  readonly adapter: string;
  readonly topLogprobs: number;
  readonly keepLogits: boolean;
  readonly scoreLastPositions: number;
  readonly onPromptLogits: ((logits: Float32Array) => void) | null;
  readonly forced: Int32Array;
}

/**
 * Checks a request against the model's limits and fills the defaults.
 *
 * @throws RangeError naming the field
 */
export function admitRequest(
  request: BatchRequest,
  limits: { vocabSize: number; maxPositions: number },
): AdmittedRequest {
  const prompt = checkTokenIds(request.tokenIds, limits.vocabSize, `request ${request.id}: tokenIds`);
  const forced = checkTokenIds(request.forcedTokenIds ?? [], limits.vocabSize, `request ${request.id}: forcedTokenIds`);
  const fail = (field: string, expected: string, got: unknown): never => {
    throw new RangeError(`request ${request.id}: ${field}: expected ${expected}, got ${String(got)}`);
  };
  if (prompt.length === 0) fail('tokenIds', 'at least one token', 'none');
  const {
    maxTokens,
    temperature = 0,
    topP = 1,
    topK = 0,
    minP = 0,
    seed = 0,
    topLogprobs = 0,
    scoreLastPositions = 0,
  } = request;
  if (!Number.isInteger(maxTokens) || maxTokens < 0) fail('maxTokens', 'an integer >= 0', maxTokens);
  const total = prompt.length + Math.max(maxTokens, forced.length);
  if (total > limits.maxPositions) fail('prompt + maxTokens', `at most ${limits.maxPositions} positions`, total);
  if (!(temperature >= 0 && temperature < Infinity)) fail('temperature', 'a number >= 0', temperature);
  if (!(topP > 0 && topP <= 1)) fail('topP', 'a number in (0, 1]', topP);
  if (!Number.isInteger(topK) || topK < 0) fail('topK', 'an integer >= 0', topK);
  if (!(minP >= 0 && minP <= 1)) fail('minP', 'a number in [0, 1]', minP);
  const { arrivalStep = 0 } = request;
  if (!Number.isInteger(arrivalStep) || arrivalStep < 0) fail('arrivalStep', 'an integer >= 0', arrivalStep);
  const allowed =
    request.allowedTokenIds === undefined
      ? null
      : [...checkTokenIds(request.allowedTokenIds, limits.vocabSize, `request ${request.id}: allowedTokenIds`)];
  if (allowed?.length === 0) fail('allowedTokenIds', 'at least one token', 'none');
  if (!Number.isSafeInteger(seed) || seed < 0) fail('seed', 'an integer from 0 to 2^53 - 1', seed);
  return {
    id: request.id,
    prompt,
    maxTokens,
    temperature,
    topP,
    topK,
    minP,
    seed,
    stopTokenIds: request.stopTokenIds ?? [],
    stop: request.stop ?? [],
    allowedTokenIds: allowed,
    promptLogprobs: request.promptLogprobs ?? null,
    onPromptLogprobs: request.onPromptLogprobs ?? null,
    onText: request.onText ?? null,
    onToken: request.onToken ?? null,
    onEnd: request.onEnd ?? null,
    arrivalStep,
    tenant: request.tenant ?? '',
    cacheSalt: request.cacheSalt ?? '',
    adapter: request.adapter ?? '',
    topLogprobs,
    keepLogits: request.keepLogits ?? false,
    scoreLastPositions,
    onPromptLogits: request.onPromptLogits ?? null,
    forced,
  };
}

/** @throws RangeError naming the first id outside the vocabulary */
export function checkTokenIds(ids: readonly number[] | Int32Array, vocabSize: number, at: string): Int32Array {
  const out = Int32Array.from(ids);
  for (let i = 0; i < out.length; i++)
    if (!Number.isInteger(ids[i]) || ids[i] < 0 || ids[i] >= vocabSize)
      throw new RangeError(`${at}[${i}]: expected a token id from 0 to ${vocabSize - 1}, got ${String(ids[i])}`);
  return out;
}
