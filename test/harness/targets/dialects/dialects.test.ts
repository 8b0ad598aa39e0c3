import { describe, expect, it } from 'vitest';
import { capabilitiesOf, levelJob, plannedRequest, runJob, targetOf } from '../../../support/endpoint-target.ts';
import { startLlamaCppServer } from '../../../support/servers/llama-cpp-server.ts';
import { startOllamaServer } from '../../../support/servers/ollama-server.ts';
import { startSglangServer } from '../../../support/servers/sglang-server.ts';
import { startTgiServer } from '../../../support/servers/tgi-server.ts';
import { startVllmServer } from '../../../support/servers/vllm-server.ts';

const job = levelJob([[plannedRequest('a', 'Count to nine:', { scoreLastPositions: 6 })]]);
const wave = levelJob([['a', 'b'].map((id) => plannedRequest(id, `Count to ${id}:`))], { requestRetry: 'forbidden' });

describe('the same model on five kinds of server', () => {
  it('gives the same tokens, values and scores, whatever shape they come in', async () => {
    const servers = [
      await startVllmServer(),
      await startSglangServer(),
      await startLlamaCppServer(),
      await startTgiServer(),
    ];
    const answers = [];
    for (const { baseUrl } of servers) {
      const [request] = (await runJob(targetOf(baseUrl, { model: 'toy' }), job)).requests;
      answers.push(request);
    }
    const [first, ...others] = answers;
    for (const { tokenIds, logprobs, text } of others) {
      expect({ tokenIds, logprobs, text }).toEqual({
        tokenIds: first.tokenIds,
        logprobs: first.logprobs,
        text: first.text,
      });
    }
    // llama.cpp scores no prompt over HTTP
    const scores = answers.map(({ exchange }) => exchange?.promptLogprobs);
    expect(scores[0]).toHaveLength(6);
    expect(scores).toEqual([scores[0], scores[0], [], scores[0]]);

    const [ollama] = (await runJob(targetOf((await startOllamaServer()).baseUrl), job)).requests;
    expect(ollama).toMatchObject({ text: first.text, logprobs: first.logprobs, tokenIds: [] });
  });
});

describe('SGLang', () => {
  it('is asked over /generate, and never for 0 tokens', async () => {
    const server = await startSglangServer();
    const target = targetOf(server.baseUrl);
    const seen = await capabilitiesOf(target);
    expect((await target.describe()).endpoint).toMatchObject({ dialect: 'sglang', route: 'sglang-generate' });
    expect(seen['max-tokens-0'].state).toBe('supported');
    expect(seen['cache-salt'].state).toBe('supported');
    const { requests } = await runJob(target, job);
    expect(requests[0].exchange).toMatchObject({ tokenSource: 'ids', cachedTokens: 0 });
    const asked = server.generations().map(({ body }) => body['sampling_params'] as Record<string, unknown>);
    expect(asked.every((sampling) => Number(sampling['max_new_tokens']) >= 1)).toBe(true);
  });

  it('counts the requests that it shows to be running', async () => {
    const server = await startSglangServer({ delayMs: 60 });
    expect((await runJob(targetOf(server.baseUrl), wave)).counters).toMatchObject({ maxActiveRows: 2 });
  });
});

describe('llama.cpp', () => {
  it('is asked over /completion with every sampler switched off, and no negative temperature', async () => {
    const server = await startLlamaCppServer();
    await runJob(targetOf(server.baseUrl), job);
    const last = server.generations().at(-1);
    expect(last?.path).toBe('/completion');
    expect(last?.body).toMatchObject({
      temperature: 0,
      top_k: 0,
      top_p: 1,
      min_p: 0,
      cache_prompt: false,
      n_predict: 4,
    });
    expect(server.generations().every(({ body }) => Number(body['temperature']) >= 0)).toBe(true);
  });

  it('scores no prompt, produces a token where 0 are asked, and says so', async () => {
    const seen = await capabilitiesOf(targetOf((await startLlamaCppServer()).baseUrl));
    expect(seen['prompt-score'].state).toBe('unsupported');
    expect(seen['max-tokens-0'].state).toBe('broken');
  });

  it('is tested over the whole vocabulary, whose size it tells', async () => {
    const seen = await capabilitiesOf(targetOf((await startLlamaCppServer()).baseUrl));
    expect(seen['logprobs-sum'].state).toBe('supported');
    expect(seen['logprobs-sum'].evidence).toMatch(/over all 128 tokens/);
    const biased = await capabilitiesOf(targetOf((await startLlamaCppServer({ sumBias: 0.01 })).baseUrl));
    expect(biased['logprobs-sum'].state).toBe('broken');
  });

  it('shows its busy slots, which are a batch, and the slot of each request', async () => {
    const server = await startLlamaCppServer({ delayMs: 60 });
    const { counters } = await runJob(targetOf(server.baseUrl), wave);
    expect(counters).toMatchObject({ maxActiveRows: 2, cachedTokens: 0 });
    expect(counters).toHaveProperty('slotReuses');
  });

  it('gives probabilities after the samplers as tokens without a value', async () => {
    const server = await startLlamaCppServer({ postSampling: true });
    const target = targetOf(server.baseUrl);
    expect((await capabilitiesOf(target))['logprobs'].state).toBe('unsupported');
    const { requests } = await runJob(target, job);
    expect(requests[0].logprobs.every((value) => value === null)).toBe(true);
    expect(requests[0].tokenIds).toHaveLength(4);
  });

  it('without its native route is asked over completions, whose answers have chat shape', async () => {
    const server = await startLlamaCppServer({ withoutNative: true });
    const target = targetOf(server.baseUrl);
    expect((await target.describe()).endpoint?.route).toBe('completions');
    const { requests } = await runJob(target, job);
    expect(requests[0].logprobs).toHaveLength(4);
    expect(requests[0].logprobs.every((value) => value !== null)).toBe(true);
  });
});

describe('Ollama', () => {
  it('takes one prompt a request, and its constant fingerprint is no evidence', async () => {
    const server = await startOllamaServer();
    const target = targetOf(server.baseUrl, { waves: 'list-prompt' });
    const seen = await capabilitiesOf(target);
    expect(seen['list-prompts'].state).toBe('unsupported');
    expect(seen['system-fingerprint'].state).toBe('unsupported');
    expect((await runJob(target, wave)).counters).toMatchObject({ listPromptFallbacks: 1 });
    expect(server.generations().every(({ body }) => !('n' in body))).toBe(true);
  });
});

describe('TGI', () => {
  it('is asked greedily without a temperature of 0, which it refuses', async () => {
    const server = await startTgiServer();
    const target = targetOf(server.baseUrl, { model: 'org/toy' });
    expect((await target.describe()).endpoint).toMatchObject({ dialect: 'tgi', route: 'tgi-generate' });
    await runJob(target, job);
    expect(server.generations().at(-1)?.body['parameters']).toMatchObject({ do_sample: false, temperature: null });
  });
});
