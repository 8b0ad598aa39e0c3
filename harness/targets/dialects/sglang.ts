/**
 * SGLang: the native `/generate` gives token ids with every log-probability and scores prompts; its OpenAI echo has traps
 * (`logprobs: 0` is read as none, `max_tokens: 0` is refused, `text_offset` is -1).
 * @module
 */
import { asList, asWire, countAt, invalidAnswer, textAt, tokenIdsOf, type Wire } from '../http/index.ts';
import { idsOfTokens, readSglangLogprobs } from '../logprobs/index.ts';
import type { Dialect, GenerationRequest, Produced, Route } from './dialect.ts';
import { gaugeReader } from './metrics-text.ts';
import { chatRoute, completionsRoute } from './openai-routes.ts';

const extra = ({ cacheSalt }: GenerationRequest): Wire => ({
  top_k: -1,
  min_p: 0,
  repetition_penalty: 1,
  ignore_eos: true,
  ...(cacheSalt === null ? {} : { cache_salt: cacheSalt }),
});

const sglangGenerate: Route = {
  id: 'sglang-generate',
  address: 'root:/generate',
  body: ({ prompt, maxTokens, temperature, seed, topLogprobs, scorePrompt, cacheSalt }) => ({
    ...(prompt.kind === 'text' ? { text: prompt.text } : { input_ids: prompt.tokenIds }),
    sampling_params: {
      // 0 is refused: what it produces is left out again
      max_new_tokens: Math.max(1, maxTokens),
      temperature,
      top_p: 1,
      top_k: -1,
      min_p: 0,
      n: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      repetition_penalty: 1,
      ignore_eos: true,
      sampling_seed: seed,
      stop: [],
    },
    stream: false,
    return_logprob: topLogprobs !== null || scorePrompt,
    // -1 = only what is produced; 0 = the whole prompt, which gives up reuse of its cache
    logprob_start_len: scorePrompt ? 0 : -1,
    top_logprobs_num: topLogprobs ?? 0,
    return_text_in_logprobs: true,
    ...(cacheSalt === null ? {} : { extra_key: cacheSalt }),
  }),
  read: readGenerate,
};

function readGenerate(json: unknown, request: GenerationRequest): Produced {
  const answer = asWire(asList(json)?.[0] ?? json);
  const text = textAt(answer, 'text');
  if (answer === null || text === null)
    throw invalidAnswer('/generate, text', 'text', JSON.stringify(json)?.slice(0, 60) ?? 'nothing');
  const meta = asWire(answer['meta_info']);
  const output = readSglangLogprobs(meta?.['output_token_logprobs'], meta?.['output_top_logprobs']) ?? [];
  const prompt = readSglangLogprobs(meta?.['input_token_logprobs'], meta?.['input_top_logprobs']);
  const dropped = request.maxTokens === 0;
  const produced = dropped ? [] : output;
  return {
    text: dropped ? '' : text,
    tokenIds: dropped ? [] : (tokenIdsOf(answer['output_ids']) ?? idsOfTokens(produced)),
    tokens: produced,
    textCollisions: null,
    promptTokens: request.scorePrompt ? prompt : null,
    promptIds: prompt === null ? null : idsOfTokens(prompt),
    finishReason: textAt(asWire(meta?.['finish_reason']), 'type') ?? textAt(meta, 'finish_reason'),
    promptCount: countAt(meta, 'prompt_tokens'),
    completionCount: dropped ? 0 : countAt(meta, 'completion_tokens'),
    cachedCount: countAt(meta, 'cached_tokens'),
    systemFingerprint: textAt(meta, 'weight_version'),
    model: null,
    slot: null,
    truncated: null,
  };
}

export const sglang: Dialect = {
  id: 'sglang',
  title: 'SGLang',
  ownedBy: ['sglang'],
  recognise: { address: 'root:/get_model_info', field: 'model_path' },
  routes: (api) => (api === 'openai-chat' ? [chatRoute({ extra })] : [sglangGenerate, completionsRoute({ extra })]),
  flush: { method: 'POST', address: 'root:/flush_cache' },
  salted: true,
  truncates: false,
  running: gaugeReader('sglang:num_running_reqs'),
  stepRows: null,
  unsettable: [],
};
