import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../harness/schema/index.ts';
import { createEndpointTarget } from '../../../../harness/targets/index.ts';
import {
  cacheSalt,
  concurrency,
  seed,
  sideChannels,
  streaming,
  tokenization,
  truncation,
} from '../../../../perturbations/index.ts';
import { parts as echoParts, serverParts } from '../../../../suites/fault-bench/faults/error-echoes-prompt.ts';
import { parts as doubleBos } from '../../../../suites/fault-bench/faults/double-bos.ts';
import { parts as truncateHead } from '../../../../suites/fault-bench/faults/truncate-head.ts';
import { testServer, type TestServer } from '../../../support/engine-server.ts';
import { longCases, runPerturbation, told } from '../../../support/perturbation-run.ts';
import { parts as saltIgnored } from '../../../support/parts/salt-ignored.ts';

/** The engine's server as an endpoint: over its HTTP face, without a socket. */
function endpointOf(server: TestServer): Target {
  const injected: typeof fetch = async (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const got = await server.app.inject({
      method: (init?.method ?? 'GET') as 'GET' | 'POST',
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), host: 'localhost' },
      ...(typeof init?.body === 'string' ? { payload: init.body } : {}),
    });
    return new Response(got.body, { status: got.statusCode });
  };
  return createEndpointTarget({
    id: 'server',
    api: 'openai-completions',
    baseUrl: 'http://localhost/v1',
    model: null,
    apiKey: null,
    dialect: 'evenkeel',
    tokenizer: 'bytes',
    topLogprobs: 5,
    waves: 'simultaneous',
    timeoutMs: 60_000,
    answerBytesMax: 10_000_000,
    attemptsMax: 1,
    waitMsMax: 1_000,
    declared: {},
    nonce: 'test-nonce',
    fetch: injected,
  });
}

/** One server for all that it does right: it is probed once. */
let shared: Target | null = null;
const healthy = (): Target => (shared ??= endpointOf(testServer()));

describe('perturbations on an endpoint', () => {
  it('streams: the pieces joined are the whole, with characters of several bytes', async () => {
    const target = healthy();
    const run = await runPerturbation(streaming, {}, { target, maxTokens: 24 });
    expect(told(run)).toEqual([['stream', 'unsupported', '1/1', null]]);
    const [whole, stream] = run.levels;
    expect(stream.counters['pieces']).toBeGreaterThan(1);
    expect(stream.counters['promptCountsDiffer']).toBe(0);
    expect(stream.requests[0].tokenIds).toEqual(whole.requests[0].tokenIds);
  }, 180_000);

  it('asks a server for the cut and for the tokens of a text; positive control: finds one that does either otherwise', async () => {
    const cut = { sides: ['head'], keepQuery: false, byTarget: true };
    const change = { cases: longCases(2), maxTokens: 8 };
    const rowsOf = async (target: Target) => {
      const cutRows = (await runPerturbation(truncation, cut, { ...change, target })).determinism;
      const byTarget = cutRows.find(({ axis }) => axis === 'truncation/by-target');
      const [text] = (await runPerturbation(tokenization, {}, { ...change, target })).determinism;
      return { byTarget, text };
    };
    const right = await rowsOf(healthy());
    expect(right.byTarget).toMatchObject({ tokens: { equal: 2, n: 2 }, evidenceProblem: null });
    expect(right.text).toMatchObject({ tokens: { equal: 2, n: 2 }, evidenceProblem: null });
    const half = await rowsOf(endpointOf(testServer({ parts: truncateHead })));
    expect(half.byTarget?.tokens.equal).toBeLessThan(2);
    expect(half.byTarget?.evidenceProblem).toContain('otherwise than it was asked to keep');
    expect(half.text).toMatchObject({ tokens: { equal: 2 }, evidenceProblem: null });
    const begun = await rowsOf(endpointOf(testServer({ parts: doubleBos })));
    expect(begun.text.evidenceProblem).toContain('otherwise than they were sent');
    expect(begun.byTarget).toMatchObject({ tokens: { equal: 2 }, evidenceProblem: null });
  }, 180_000);

  it('shares prefixes inside a salt alone, with proof from the counts that the server gives', async () => {
    const options = { askers: ['other-salt', 'no-salt'], states: ['warm', 'second-turn'] };
    const run = await runPerturbation(cacheSalt, options, { target: healthy(), maxTokens: 4 });
    expect(told(run)).toEqual([
      ['same-salt.warm', 'unsupported', '1/1', null],
      ['same-salt.second-turn', 'unsupported', '1/1', null],
      ['other-salt.warm', '1/1', '0/2', null],
      ['no-salt.warm', '1/1', '0/2', null],
      ['other-salt.second-turn', '1/1', '0/3', null],
      ['no-salt.second-turn', '1/1', '0/3', null],
    ]);
  }, 180_000);

  it('positive control: finds a server that takes a salt and does not isolate', async () => {
    const target = endpointOf(testServer({ parts: saltIgnored }));
    expect((await target.describe()).capabilities.knobs).toContain('cacheSalt');
    const options = { askers: ['other-salt'], states: ['warm'] };
    const [row] = (await runPerturbation(cacheSalt, options, { target })).leakage;
    expect(row).toMatchObject({ contentDependent: { equal: 0, n: 1 }, sharedPrefix: { shared: 1 } });
  }, 180_000);

  it('reads errors and side routes while others are served, and finds nothing of them there', async () => {
    const run = await runPerturbation(sideChannels, {}, { target: healthy(), maxTokens: 4 });
    const [row] = run.leakage;
    expect(row).toMatchObject({ contentDependent: { equal: 1, n: 1 }, evidenceProblem: null });
    const { sideChannels: side } = row;
    expect(side).toMatchObject({ found: 0, unanswered: 0, planted: 18, plantedFound: 18 });
    // twice for each of two waves: seven or more that are refused, and the server has metrics, models and its description
    expect(side?.errors).toBeGreaterThanOrEqual(4 * 7);
    expect(side?.routes).toBeGreaterThanOrEqual(4 * 3);
  }, 180_000);

  it('positive control: finds a server whose errors hold the prompts of others', async () => {
    const target = endpointOf(testServer({ parts: echoParts }, { parts: serverParts }));
    const [row] = (await runPerturbation(sideChannels, {}, { target, maxTokens: 4 })).leakage;
    expect(row.sideChannels?.found).toBeGreaterThan(0);
    expect(row).toMatchObject({ contentDependent: { equal: 1, n: 1 } });
  }, 180_000);

  it('is not applicable where nothing is cached', async () => {
    const target = endpointOf(testServer({ prefixCache: false }));
    const options = { askers: ['other-salt'], states: ['warm'] };
    const [row] = (await runPerturbation(cacheSalt, options, { target })).leakage;
    expect(row.evidenceProblem).toContain('not applicable');
  }, 180_000);

  it('keeps the tokens of a seed, and records how many requests were in flight', async () => {
    const target = healthy();
    const change = { target, cases: longCases(2), maxTokens: 6 };
    const sampled = await runPerturbation(seed, { settings: ['after'], mates: 2 }, change);
    expect(told(sampled)).toEqual([['after', 'unsupported', '2/2', null]]);
    const together = await runPerturbation(concurrency, { inFlight: [2] }, change);
    expect(told(together)).toEqual([['at-once-2', 'unsupported', '2/2', null]]);
    expect(together.levels[1].counters['maxInFlight']).toBe(2);
  }, 180_000);
});
