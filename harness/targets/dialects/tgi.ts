/**
 * TGI: the native `/generate` gives ids and log-probabilities of prompt and output; its `/v1/completions` has neither.
 * Greedy is `do_sample: false`: it refuses a temperature of 0.
 * @module
 */
import { asList, asWire, countAt, invalidAnswer, textAt } from '../http/index.ts';
import { idsOfTokens, readTgiTokens } from '../logprobs/index.ts';
import type { Dialect, GenerationRequest, Produced, Route } from './dialect.ts';
import { gaugeReader } from './metrics-text.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

/** The most that `top_n_tokens` takes. */
const TOP_TOKENS_MAX = 5;

const tgiGenerate: Route = {
  id: 'tgi-generate',
  address: 'root:/generate',
  body: ({ prompt, maxTokens, temperature, seed, topLogprobs, scorePrompt }) => {
    if (prompt.kind !== 'text') throw new RangeError('TGI takes text, not token ids');
    return {
      inputs: prompt.text,
      parameters: {
        max_new_tokens: Math.max(1, maxTokens),
        do_sample: temperature > 0,
        temperature: temperature > 0 ? temperature : null,
        top_p: null,
        top_k: null,
        typical_p: null,
        repetition_penalty: 1,
        frequency_penalty: 0,
        seed,
        stop: [],
        truncate: null,
        watermark: false,
        return_full_text: false,
        details: true,
        decoder_input_details: scorePrompt,
        ...(topLogprobs === null || topLogprobs === 0 ? {} : { top_n_tokens: Math.min(TOP_TOKENS_MAX, topLogprobs) }),
      },
    };
  },
  read: readGenerate,
};

function readGenerate(json: unknown, request: GenerationRequest): Produced {
  const answer = asWire(asList(json)?.[0] ?? json);
  const text = textAt(answer, 'generated_text');
  if (answer === null || text === null)
    throw invalidAnswer('/generate, generated_text', 'text', JSON.stringify(json)?.slice(0, 60) ?? 'nothing');
  const details = asWire(answer['details']);
  const tokens = readTgiTokens(details?.['tokens'], details?.['top_tokens']) ?? [];
  const prefill = readTgiTokens(details?.['prefill'], null);
  const dropped = request.maxTokens === 0;
  const prompt = request.scorePrompt && prefill !== null && prefill.length > 0 ? prefill : null;
  return {
    text: dropped ? '' : text,
    tokenIds: dropped ? [] : idsOfTokens(tokens),
    tokens: dropped ? [] : tokens,
    textCollisions: null,
    promptTokens: prompt,
    promptIds: prompt === null ? null : idsOfTokens(prompt),
    finishReason: textAt(details, 'finish_reason'),
    promptCount: prompt?.length ?? null,
    completionCount: dropped ? 0 : countAt(details, 'generated_tokens'),
    cachedCount: null,
    systemFingerprint: null,
    model: null,
    slot: null,
    truncated: null,
  };
}

export const tgi: Dialect = {
  id: 'tgi',
  title: 'TGI',
  ownedBy: [],
  recognise: { address: 'root:/info', field: 'model_id' },
  routes: (api) => (api === 'openai-chat' ? [chatRoute()] : [tgiGenerate, completionsRoute()]),
  flush: null,
  salted: false,
  truncates: false,
  running: gaugeReader('tgi_batch_current_size'),
  stepRows: null,
  unsettable: ['min_p', 'ignore_eos'],
};
