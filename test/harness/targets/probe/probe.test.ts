import { describe, expect, it } from 'vitest';
import { capabilitiesOf, levelJob, plannedRequest, runJob, targetOf } from '../../../support/endpoint-target.ts';
import { startGenericServer } from '../../../support/servers/generic-server.ts';
import type { ToyDefects } from '../../../support/servers/toy-server.ts';
import { startVllmServer } from '../../../support/servers/vllm-server.ts';

const vllm = async (defects: ToyDefects = {}) => capabilitiesOf(targetOf((await startVllmServer(defects)).baseUrl));
const generic = async (defects: ToyDefects = {}) =>
  capabilitiesOf(targetOf((await startGenericServer(defects)).baseUrl));
const scored = levelJob([[plannedRequest('a', 'Score these words.', { scoreLastPositions: 8 })]]);

describe('the probe of a server without defects', () => {
  it('sees what works, each with its evidence', async () => {
    const seen = await vllm({ delayMs: 40 });
    const yes = [
      ...['identity', 'route', 'greedy-repeats', 'token-ids', 'logprobs', 'top-logprobs'],
      ...['logprob-precision', 'logprobs-independent', 'prompt-score', 'prompt-score-agrees', 'max-tokens-0', 'seed'],
      ...['finish-reason', 'no-silent-truncation', 'cached-tokens', 'cache-salt', 'cache-flush', 'concurrency'],
      ...['token-id-prompts', 'list-prompts'],
    ];
    const supported = Object.entries(seen).filter(([, { state }]) => state === 'supported');
    expect(supported.map(([id]) => id).sort()).toEqual(yes.toSorted());
    expect(Object.values(seen).every(({ evidence }) => evidence !== '')).toBe(true);
    expect(seen['cached-tokens'].evidence).toMatch(/^\d+ then [1-9]\d* for one prompt sent twice$/);
    expect(seen['logprob-precision'].evidence).toBe('float32 values in full');
    expect(seen['prompt-score-agrees'].evidence).toBe('0 nats a token from one-token scores, 4 tokens');
  });
});

describe('scores of prompts', () => {
  it('are absent where echo is accepted and only produced tokens are scored: never a score of nothing', async () => {
    const server = await startGenericServer({ echo: 'ignored' });
    const target = targetOf(server.baseUrl);
    expect((await capabilitiesOf(target))['prompt-score']).toMatchObject({ state: 'unsupported' });
    const { requests } = await runJob(target, scored);
    expect(requests[0].exchange?.promptLogprobs).toEqual([]);
    expect(server.generations().at(-1)?.body['echo']).toBe(false);
  });

  it('are absent where echo is refused, with the words of the server', async () => {
    expect((await generic({ echo: 'refused' }))['prompt-score']).toEqual({
      state: 'unsupported',
      evidence: 'HTTP 400 Only no echo is supported',
    });
  });

  it('are not used where every value is the same constant', async () => {
    const server = await startGenericServer({ echo: 'constant' });
    const target = targetOf(server.baseUrl);
    expect((await capabilitiesOf(target))['prompt-score-agrees'].state).not.toBe('supported');
    const { requests } = await runJob(target, scored);
    expect(requests[0].exchange?.promptLogprobs).toEqual([]);
  });

  it('come from echo with offsets of -1, in order and with the right values', async () => {
    const plain = await runJob(targetOf((await startGenericServer()).baseUrl), scored);
    const trap = await runJob(targetOf((await startGenericServer({ textOffset: true })).baseUrl), scored);
    expect(plain.requests[0].exchange?.promptLogprobs).toHaveLength(8);
    expect(trap.requests[0].exchange?.promptLogprobs).toEqual(plain.requests[0].exchange?.promptLogprobs);
    expect(trap.requests[0].text).toBe(plain.requests[0].text);
  });

  it('are the same from echo and from prompt_logprobs, whether 0 tokens are allowed or not', async () => {
    const echo = await runJob(targetOf((await startGenericServer()).baseUrl), scored);
    const refusing = await runJob(targetOf((await startGenericServer({ zeroTokens: 'refused' })).baseUrl), scored);
    const direct = await runJob(targetOf((await startVllmServer()).baseUrl), scored);
    expect(direct.requests[0].exchange?.promptLogprobs).toEqual(echo.requests[0].exchange?.promptLogprobs);
    expect(refusing.requests[0].exchange?.promptLogprobs).toEqual(echo.requests[0].exchange?.promptLogprobs);
    expect(echo.requests[0].logprobs).toEqual(direct.requests[0].logprobs);
  });

  it('ask for at least one alternative with echo: 0 is read as none', async () => {
    const server = await startGenericServer();
    await targetOf(server.baseUrl, { topLogprobs: 0 }).describe();
    const echoes = server.generations().filter(({ body }) => body['echo'] === true);
    expect(echoes.length).toBeGreaterThan(0);
    expect(echoes.every(({ body }) => Number(body['logprobs']) >= 1)).toBe(true);
  });

  it('never go together with a stream', async () => {
    const server = await startVllmServer();
    await runJob(targetOf(server.baseUrl), scored);
    expect(server.generations().some(({ body }) => body['prompt_logprobs'] !== undefined)).toBe(true);
    expect(server.generations().every(({ body }) => body['stream'] === false)).toBe(true);
  });

  it('are read beside the choices of a chat answer', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl, { api: 'openai-chat' });
    expect((await capabilitiesOf(target))['prompt-score']).toMatchObject({ state: 'supported' });
  });
});

describe('max_tokens 0', () => {
  it('is seen to produce nothing, to be refused, or to produce one token all the same', async () => {
    expect((await generic())['max-tokens-0'].state).toBe('supported');
    expect((await generic({ zeroTokens: 'refused' }))['max-tokens-0'].state).toBe('unsupported');
    expect((await generic({ zeroTokens: 'one' }))['max-tokens-0'].state).toBe('broken');
  });
});

describe('self-tests of log-probabilities', () => {
  it('see values that depend on how many alternatives are asked for, with the size', async () => {
    const seen = await vllm({ alternativesBias: 0.01 });
    expect(seen['logprobs-independent'].state).toBe('broken');
    expect(seen['logprobs-independent'].evidence).toMatch(/biased: the chosen token moves by 0\.\d+ nats/);
  });

  it('let nothing be computed from biased values: prompts are not scored in the run', async () => {
    const server = await startVllmServer({ alternativesBias: 0.01 });
    const { requests } = await runJob(targetOf(server.baseUrl), scored);
    expect(requests[0].exchange?.promptLogprobs).toEqual([]);
  });

  it('see probabilities that sum to more than 1', async () => {
    expect((await vllm({ sumBias: 2.5 }))['logprobs-sum'].state).toBe('broken');
  });

  it('take -9999 for unavailable and report no log-probabilities', async () => {
    const seen = await vllm({ sentinel: true });
    expect(seen['logprobs']).toEqual({
      state: 'unsupported',
      evidence: 'all 4 values are unavailable (null, or -9999)',
    });
  });

  it('see values that are rounded', async () => {
    expect((await vllm({ decimals: 3 }))['logprob-precision'].state).toBe('broken');
  });
});

describe('what a server hides', () => {
  it('silent truncation: HTTP 200 with a part of the prompt', async () => {
    expect((await generic({ truncateTo: 300 }))['no-silent-truncation'].state).toBe('broken');
  });

  it('stop at the length limit', async () => {
    expect((await generic({ wrongFinish: true }))['finish-reason'].state).toBe('broken');
  });

  it('a seed that is ignored', async () => {
    expect((await generic({ seedIgnored: true }))['seed'].state).toBe('unsupported');
  });

  it('a salt that isolates nothing', async () => {
    expect((await vllm({ saltIgnored: true }))['cache-salt'].state).toBe('broken');
  });

  it('a salt that is refused is not sent in a run', async () => {
    const server = await startVllmServer({ saltRefused: true });
    const { counters } = await runJob(targetOf(server.baseUrl), scored);
    expect(counters).not.toHaveProperty('saltedRequests');
  });

  it('outputs that do not repeat', async () => {
    expect((await generic({ runNoise: 0.5 }))['greedy-repeats'].state).toBe('broken');
  });

  it.each([
    ['a null', null, /none: it is no evidence/],
    ['the constant of Ollama', 'fp_ollama', /constant of the server: it is no evidence/],
  ])('%s as a fingerprint is no evidence', async (_name, fingerprint, evidence) => {
    const seen = await generic({ fingerprint });
    expect(seen['system-fingerprint'].state).toBe('unsupported');
    expect(seen['system-fingerprint'].evidence).toMatch(evidence);
  });

  it('two servers behind one address: each deterministic, together no target', async () => {
    const server = await startGenericServer({ modelList: 'alternating' });
    await expect(targetOf(server.baseUrl).describe()).rejects.toMatchObject({ code: 'TARGET_IDENTITY' });
  });
});

describe('what is not known', () => {
  it('is not "no": no counts, no ids, no running requests', async () => {
    const seen = await generic({ withoutCounts: true });
    expect(seen['token-id-prompts'].state).toBe('not-probed');
    expect(seen['concurrency'].state).toBe('not-probed');
    expect(seen['concurrency'].evidence).toMatch(/shows no count/);
    expect(seen['no-silent-truncation'].state).toBe('not-probed');
    expect(seen['cached-tokens'].state).toBe('unsupported');
  });

  it('a server without log-probabilities is asked without, and its self-tests are not run', async () => {
    const server = await startGenericServer({ logprobs: 'refused' });
    const target = targetOf(server.baseUrl);
    const seen = await capabilitiesOf(target);
    expect(seen['logprobs'].state).toBe('unsupported');
    expect(seen['logprobs-sum'].state).toBe('not-probed');
    const { requests } = await runJob(target, scored);
    expect(requests[0]).toMatchObject({ logprobs: [], exchange: { tokenSource: 'none', tokenTexts: [] } });
  });

  it('fewer alternatives are taken where many are refused', async () => {
    const server = await startGenericServer({ topLogprobsMax: 1 });
    const { requests } = await runJob(targetOf(server.baseUrl), scored);
    expect(requests[0].exchange?.top.every((top) => top.length === 1)).toBe(true);
  });
});
