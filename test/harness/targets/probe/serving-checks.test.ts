import { describe, expect, it } from 'vitest';
import type { RequestObservation } from '../../../../harness/schema/index.ts';
import { capabilitiesOf, levelJob, plannedRequest, runJob, targetOf } from '../../../support/endpoint-target.ts';
import { startGenericServer } from '../../../support/servers/generic-server.ts';
import type { ToyDefects } from '../../../support/servers/toy-server.ts';
import { startVllmServer } from '../../../support/servers/vllm-server.ts';

const vllm = async (defects: ToyDefects = {}) => capabilitiesOf(targetOf((await startVllmServer(defects)).baseUrl));
const wave = (texts: Readonly<Record<string, string>>, change = {}) =>
  Object.entries(texts).map(([id, text]) => plannedRequest(id, text, change));
const seenBy = (requests: readonly RequestObservation[]) =>
  Object.fromEntries(requests.map(({ requestId, tokenIds, logprobs }) => [requestId, { tokenIds, logprobs }]));

describe('the probe of a server that answers 200 to everything', () => {
  it('sees that temperature 0 is ignored, although a seed makes the samples repeat', async () => {
    const seen = await vllm({ temperatureIs: 0.8 });
    expect(seen['greedy-repeats'].state).toBe('broken');
    expect(seen['greedy-repeats'].evidence).toMatch(
      /^[1-4] of 4 tokens are not the most likely: temperature 0 is ignored/,
    );
  });

  it('hints at two servers where two answers alternate from the first token and the model list is one', async () => {
    const seen = await vllm({ otherModel: true });
    expect(seen['greedy-repeats']).toEqual({
      state: 'broken',
      evidence: '2 different outputs in 6 equal requests that differ from token 0: do two servers answer?',
    });
  });

  it('sees a fingerprint that changes from answer to answer', async () => {
    const seen = await vllm({ fingerprint: ['fp_a', 'fp_b'] });
    expect(seen['system-fingerprint']).toMatchObject({ state: 'broken' });
    expect(seen['system-fingerprint'].evidence).toMatch(/^2 values in 7 answers: fp_[ab], fp_[ab]$/);
  });

  it('sees prompt scores that are not the sum of one-token scores, and computes nothing from them', async () => {
    const server = await startGenericServer({ promptBias: 0.5 });
    const target = targetOf(server.baseUrl);
    const seen = await capabilitiesOf(target);
    expect(seen['prompt-score'].state).toBe('supported');
    expect(seen['prompt-score-agrees']).toMatchObject({ state: 'broken' });
    expect(seen['prompt-score-agrees'].evidence).toMatch(/biased: 0\.5 nats a token/);
    const scored = levelJob([[plannedRequest('a', 'Score these words.', { scoreLastPositions: 8 })]]);
    expect((await runJob(target, scored)).requests[0].exchange?.promptLogprobs).toEqual([]);
  });

  it('lets the rounding of float32 sums pass: 1.00008 over a vocabulary is no bias', async () => {
    expect((await vllm({ sumBias: 8e-5 }))['logprobs-sum'].state).not.toBe('broken');
  });

  it('sees a list prompt that loses an answer', async () => {
    expect((await vllm({ listAnswers: 'one-lost' }))['list-prompts']).toEqual({
      state: 'broken',
      evidence: 'accepted, without one answer for each prompt',
    });
  });

  it('claims no flush where the route is of an operator mode that is off, and the card shows what is left', async () => {
    const server = await startVllmServer({ withoutAdminRoutes: true });
    const target = targetOf(server.baseUrl);
    const { endpoint, card } = await target.describe();
    expect(endpoint?.capabilities.find(({ id }) => id === 'cache-flush')).toMatchObject({
      state: 'unsupported',
      evidence: 'POST /reset_prefix_cache answers 404',
    });
    expect(card.find(({ name }) => name === 'deterministic_mode')).toMatchObject({ source: 'unknown' });
    // from the metrics, which are always there
    expect(card.find(({ name }) => name === 'kv_cache_dtype')).toMatchObject({ source: 'observed', value: 'fp8' });
    const { counters } = await runJob(target, levelJob([wave({ a: 'One.' })]));
    expect(counters).not.toHaveProperty('cacheFlushes');
  });
});

describe('a run on a server whose answers depend on more than the request', () => {
  const shared = 'A long beginning that two requests share, ';
  const two = { a: `${shared}and an end.`, b: `${shared}and another end.` };

  it('vllm#42019: the order of requests under a prefix cache changes values, and the cached tokens show whose', async () => {
    const server = await startVllmServer({ cacheNoise: 0.01 });
    const target = targetOf(server.baseUrl);
    const [a, b] = wave(two);
    const forwards = await runJob(target, levelJob([[a], [b]]));
    const backwards = await runJob(target, levelJob([[b], [a]], { levelId: 'reversed' }));
    const cached = ({ requests }: typeof forwards) =>
      Object.fromEntries(requests.map(({ requestId, exchange }) => [requestId, exchange?.cachedTokens]));
    expect(cached(forwards)).toEqual({ a: 0, b: 48 });
    expect(cached(backwards)).toEqual({ b: 0, a: 48 });
    expect(seenBy(forwards.requests)['a'].logprobs).not.toEqual(seenBy(backwards.requests)['a'].logprobs);
    expect(forwards.counters['cachedTokens']).toBe(48);
    // each wave with a salt of its own: nothing is cached, and the order changes nothing
    const apart = { sessions: 'one-per-wave' } as const;
    const fresh = await runJob(target, levelJob([[a], [b]], apart));
    const freshReversed = await runJob(target, levelJob([[b], [a]], { ...apart, levelId: 'reversed' }));
    expect(seenBy(fresh.requests)).toEqual(seenBy(freshReversed.requests));
    expect(fresh.counters['cachedTokens']).toBe(0);
  });

  it('history: exact request by request, and other values after another request', async () => {
    const server = await startVllmServer({ historyNoise: 0.1 });
    const target = targetOf(server.baseUrl);
    const [a, b] = wave({ a: 'First.', b: 'Second.' });
    const [again] = wave({ again: 'First.' });
    const run = async (waves: Parameters<typeof levelJob>[0]) =>
      seenBy((await runJob(target, levelJob(waves))).requests);
    const same = await run([[a], [again]]);
    const sameOnceMore = await run([[a], [again]]);
    expect(sameOnceMore['again']).toEqual(same['again']);
    const after = await run([[b], [again]]);
    expect(after['again'].logprobs).not.toEqual(same['again'].logprobs);
  });

  it('a seed that holds alone and fails in company: solo repeats, loaded differs from solo', async () => {
    const server = await startGenericServer({ seedFailsInCompany: true, delayMs: 40 });
    const target = targetOf(server.baseUrl, { topLogprobs: null });
    const sampled = { temperature: 1, maxTokens: 12 };
    const solo = wave({ a: 'Draw.' }, sampled);
    const company = wave({ a: 'Draw.', b: 'Draw two.', c: 'Draw three.' }, sampled);
    const textOf = async (planned: typeof solo) => (await runJob(target, levelJob([planned]))).requests[0].text;
    const alone = await textOf(solo);
    expect(await textOf(solo)).toBe(alone);
    expect(await textOf(company)).not.toBe(alone);
    expect((await capabilitiesOf(target))['seed'].state).toBe('supported');
  });

  it('answers to a list of prompts are taken by their index, whatever their order', async () => {
    const list = async (defects: ToyDefects) => {
      const server = await startVllmServer(defects);
      const { requests } = await runJob(
        targetOf(server.baseUrl, { waves: 'list-prompt' }),
        levelJob([wave({ a: 'One.', b: 'Two.', c: 'Three.' })]),
      );
      return seenBy(requests);
    };
    expect(await list({ listAnswers: 'reversed' })).toEqual(await list({}));
  });
});
