/**
 * llama.cpp: the native `/completion` takes and returns token ids, tells the slot and what it took from the cache, and cuts nothing
 * without saying so. Prompts cannot be scored over HTTP: newer builds accept `echo` and score the produced tokens alone.
 *
 * Greedy is asked for as temperature 0; a temperature below 0 has a meaning of its own here and is never sent.
 * @module
 */
import {
  asList,
  asWire,
  booleanAt,
  countAt,
  invalidAnswer,
  textAt,
  tokenIdsOf,
  type HttpClient,
  type Wire,
} from '../http/index.ts';
import { idsOfTokens, readLlamaCppProbabilities } from '../logprobs/index.ts';
import type { Dialect, GenerationRequest, Produced, Route } from './dialect.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

/** Every sampler that the server's own defaults (temperature 0.8, top_k 40, top_p 0.95, min_p 0.05) would switch on, switched off. */
const samplers = {
  top_k: 0,
  min_p: 0,
  typical_p: 1,
  repeat_penalty: 1,
  dry_multiplier: 0,
  xtc_probability: 0,
  mirostat: 0,
} as const;

const extra = (): Wire => ({ ...samplers, ignore_eos: true, cache_prompt: false });

const llamaCppCompletion: Route = {
  id: 'llama-cpp-completion',
  address: 'root:/completion',
  body: ({ prompt, maxTokens, temperature, seed, topLogprobs }) => ({
    prompt: prompt.kind === 'text' ? prompt.text : prompt.tokenIds,
    n_predict: maxTokens,
    temperature,
    top_p: 1,
    ...samplers,
    presence_penalty: 0,
    frequency_penalty: 0,
    seed,
    n_probs: Math.max(1, topLogprobs ?? 1),
    post_sampling_probs: false,
    ignore_eos: true,
    cache_prompt: false,
    return_tokens: true,
    stop: [],
    stream: false,
  }),
  read: readCompletion,
};

function readCompletion(json: unknown, _request: GenerationRequest): Produced {
  const answer = asWire(asList(json)?.[0] ?? json);
  const text = textAt(answer, 'content');
  if (answer === null || text === null)
    throw invalidAnswer('/completion, content', 'text', JSON.stringify(json)?.slice(0, 60) ?? 'nothing');
  const tokens = readLlamaCppProbabilities(answer['completion_probabilities'] ?? answer['probs']) ?? [];
  const returned = tokenIdsOf(answer['tokens']);
  const timings = asWire(answer['timings']);
  return {
    text,
    tokenIds: returned !== null && returned.length > 0 ? returned : idsOfTokens(tokens),
    tokens,
    textCollisions: null,
    promptTokens: null,
    promptIds: null,
    finishReason: textAt(answer, 'stop_type'),
    promptCount: countAt(answer, 'tokens_evaluated'),
    completionCount: countAt(answer, 'tokens_predicted'),
    cachedCount: countAt(timings, 'cache_n') ?? null,
    systemFingerprint: textAt(answer, 'system_fingerprint'),
    model: textAt(answer, 'model'),
    slot: countAt(answer, 'id_slot'),
    truncated: booleanAt(answer, 'truncated'),
  };
}

/** Busy slots; `/slots` can be switched off, and `/metrics` is there only with `--metrics`. */
async function busySlots(client: HttpClient): Promise<number | null> {
  const answer = await client.send('root:/slots', { retry: false });
  const slots = answer.status === 200 ? asList(answer.json) : null;
  if (slots === null) return null;
  const states = slots.map((slot) => asWire(slot)?.['is_processing']);
  return states.every((state) => typeof state === 'boolean') ? states.filter(Boolean).length : null;
}

export const llamaCpp: Dialect = {
  id: 'llama-cpp',
  title: 'llama.cpp',
  ownedBy: ['llamacpp'],
  recognise: { address: 'root:/props', field: 'default_generation_settings' },
  routes: (api) => (api === 'openai-chat' ? [chatRoute({ extra })] : [llamaCppCompletion, completionsRoute({ extra })]),
  flush: null,
  salted: false,
  truncates: false,
  running: busySlots,
  stepRows: null,
  unsettable: [],
};
