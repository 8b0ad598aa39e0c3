import { describe, expect, it } from 'vitest';
import { levelObservation, targetDescription } from '../../../../harness/schema/index.ts';
import { levelJob, plannedRequest, runJob, targetOf } from '../../../support/endpoint-target.ts';
import { startGenericServer } from '../../../support/servers/generic-server.ts';
import { startVllmServer } from '../../../support/servers/vllm-server.ts';

const one = (change = {}) => levelJob([[plannedRequest('a', 'Rule: one line of JSON.\nRow:')]], change);
const four = (change = {}) =>
  levelJob([['a', 'b', 'c', 'd'].map((id) => plannedRequest(id, `Rule ${id}: count to nine.`))], {
    requestRetry: 'forbidden',
    ...change,
  });

describe('a server as a target', () => {
  it('gives tokens, text and log-probabilities, and says that logits are unsupported', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    const { record, blobs } = await target.runLevel(one(), { lane: 0, forced: new Map() });
    expect(levelObservation.parse(record)).toEqual(record);
    expect(blobs).toEqual([]);
    const [request] = record.requests;
    expect(request).toMatchObject({ finishReason: 'length', row: null, promptTokens: 28, stepSha256: [] });
    expect(request.tokenIds).toHaveLength(4);
    expect(request.logprobs.every((value) => value !== null && value < 0)).toBe(true);
    expect(request.generated).toMatchObject({ kind: 'unsupported' });
    expect(request.exchange).toMatchObject({ tokenSource: 'ids', route: 'completions', cachedTokens: 0, model: 'toy' });
    // the fixture writes unprintable tokens alike: one alternative is lost to its text, and that is told
    expect(request.exchange?.top.map((top) => top.length)).toEqual([5, 5, 4, 5]);
    expect(request.exchange?.textCollisions).toBe(1);
  });

  it.each([['<s>'], ['<|begin_of_text|>'], ['']])(
    'takes the prompt off an echo whose text begins with %j, and keeps the answer alone',
    async (echoBegin) => {
      const server = await startGenericServer({ echoBegin });
      const asked = (scoreLastPositions: number) =>
        levelJob([[plannedRequest('a', 'Rule: one line of JSON.\nRow:', { scoreLastPositions })]]);
      const [scored] = (await runJob(targetOf(server.baseUrl), asked(3))).requests;
      const [plain] = (await runJob(targetOf(server.baseUrl), asked(0))).requests;
      expect(scored.exchange?.promptLogprobs).toHaveLength(3);
      expect(scored.text).toBe(plain.text);
    },
  );

  it('keeps the count of each answer, so that a prompt that is cut from the middle of a run on is seen', async () => {
    const defects: Parameters<typeof startGenericServer>[0] = {};
    const server = await startGenericServer(defects);
    const target = targetOf(server.baseUrl);
    const [before] = (await runJob(target, one())).requests;
    defects.truncateTo = 8;
    const [after] = (await runJob(target, one())).requests;
    expect([before.promptTokens, after.promptTokens]).toEqual([28, 8]);
    expect(after.promptSha256).toBe(before.promptSha256);
  });

  it('describes itself with a fingerprint that stays while the server stays', async () => {
    const server = await startVllmServer();
    const description = await targetOf(server.baseUrl).describe();
    expect(targetDescription.parse(description)).toEqual(description);
    expect(description).toMatchObject({
      kind: 'openai-completions',
      vocabSize: null,
      capabilities: { logits: false, precisionModes: [], batching: false },
      endpoint: { dialect: 'vllm', model: 'toy', route: 'completions' },
    });
    expect((await targetOf(server.baseUrl).describe()).fingerprintSha256).toBe(description.fingerprintSha256);
    const declared = await targetOf(server.baseUrl, { declared: { rack: 'a7' } }).describe();
    expect(declared.fingerprintSha256).not.toBe(description.fingerprintSha256);
    expect(declared.card).toContainEqual({ name: 'rack', value: 'a7', source: 'declared' });
  });

  it('sends every sampling parameter in every request, so that no default of the server fills one in', async () => {
    const server = await startVllmServer();
    await runJob(targetOf(server.baseUrl), one());
    for (const { body } of server.generations()) {
      expect(body).toMatchObject({ top_p: 1, n: 1, presence_penalty: 0, frequency_penalty: 0, stream: false });
      expect(body).toMatchObject({ top_k: -1, min_p: 0, repetition_penalty: 1, ignore_eos: true });
      expect(typeof body['temperature']).toBe('number');
      expect(body['temperature']).toBeGreaterThanOrEqual(0);
      expect(typeof body['seed']).toBe('number');
      expect(typeof body['max_tokens']).toBe('number');
    }
  });

  it('sends a server that is not known only fields of the OpenAI API, and lists what it cannot set', async () => {
    const server = await startGenericServer();
    const target = targetOf(server.baseUrl);
    await runJob(target, one());
    const last = server.generations().at(-1)?.body ?? {};
    expect(Object.keys(last).filter((key) => ['top_k', 'min_p', 'ignore_eos', 'cache_salt'].includes(key))).toEqual([]);
    expect((await target.describe()).card).toContainEqual({
      name: 'sampling top_k',
      value: 'left to the server: no field of this route sets it',
      source: 'unknown',
    });
  });

  it('sends a wave at the same moment and counts what the server shows', async () => {
    const server = await startVllmServer({ delayMs: 60 });
    const target = targetOf(server.baseUrl);
    await target.describe();
    server.running.most = 0;
    const { counters } = await runJob(target, four());
    expect(server.running.most).toBe(4);
    expect(counters).toMatchObject({
      maxInFlight: 4,
      maxActiveRows: 4,
      maxForeignRequests: 0,
      waves: 1,
      requestRetries: 0,
    });
  });

  it('does not claim a batch that no counter shows', async () => {
    const server = await startGenericServer({ delayMs: 20 });
    const { counters } = await runJob(targetOf(server.baseUrl), four());
    expect(counters['maxInFlight']).toBe(4);
    expect(counters).not.toHaveProperty('maxActiveRows');
    expect(counters).not.toHaveProperty('cachedTokens');
  });

  it('starts each cell without a cache of another: a flush and a salt of its own', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    await runJob(target, one());
    const salts = new Set<unknown>();
    for (const job of [one(), one({ levelId: 'repeat-2' }), one({ unitId: 'u-0000000000000001' })]) {
      const { counters, requests } = await runJob(target, job);
      expect(counters).toMatchObject({ cacheFlushes: 1, saltedRequests: 1, cachedTokens: 0 });
      expect(requests[0].exchange?.cachedTokens).toBe(0);
      salts.add(server.generations().at(-1)?.body['cache_salt']);
    }
    expect(salts.size).toBe(3);
  });

  it('makes each wave fresh where the job says so, and only the first where it does not', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    const waves = ['a', 'b', 'c'].map((id) => [plannedRequest(id, 'the same text for everyone, and long enough')]);
    expect((await runJob(target, levelJob(waves, { sessions: 'one-per-wave' }))).counters).toMatchObject({
      cacheFlushes: 3,
      cachedTokens: 0,
    });
    const shared = await runJob(target, levelJob(waves));
    expect(shared.counters['cacheFlushes']).toBe(1);
    expect(shared.counters['cachedTokens']).toBeGreaterThan(0);
  });

  it('tries a request again outside a batch, and flags it', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    await target.describe();
    server.defects.refusals = [{ status: 429, headers: { 'retry-after-ms': '5' } }];
    const { counters, requests } = await runJob(target, one());
    expect(counters['requestRetries']).toBe(1);
    expect(requests[0].exchange?.attempts.map(({ status }) => status)).toEqual([429, 200]);
  });

  it('tries no request of a batch again: the unit fails and is redone whole, after all its requests have ended', async () => {
    const server = await startVllmServer({ delayMs: 20 });
    const target = targetOf(server.baseUrl);
    await target.describe();
    const before = server.generations().length;
    server.defects.refusals = [{ status: 429, headers: { 'retry-after-ms': '5' } }];
    await expect(runJob(target, four())).rejects.toMatchObject({ code: 'TARGET_BUSY' });
    expect(server.generations().length - before).toBe(4);
    expect(server.running.now).toBe(0);
    await expect(runJob(target, four())).resolves.toBeDefined();
  });

  it('tries no request again where the job forbids it, even alone in its wave', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    await target.describe();
    server.defects.refusals = [{ status: 503, headers: { 'retry-after-ms': '5' } }];
    await expect(runJob(target, one({ requestRetry: 'forbidden' }))).rejects.toMatchObject({ code: 'TARGET_BUSY' });
  });

  it('sends a wave as one list prompt where that is chosen', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl, { waves: 'list-prompt' });
    const { counters, requests } = await runJob(target, four());
    expect(counters).toMatchObject({ listPrompts: 1 });
    expect(counters).not.toHaveProperty('listPromptFallbacks');
    expect(server.generations().at(-1)?.body['prompt']).toHaveLength(4);
    const alone = await runJob(targetOf(server.baseUrl), four());
    expect(requests.map(({ text }) => text)).toEqual(alone.requests.map(({ text }) => text));
    // the usage of a list is that of all together: of one prompt it says nothing
    expect(requests[0].promptTokens).toBeNull();
  });

  it('falls back to requests at the same moment where a list is refused, and the record says so', async () => {
    const server = await startGenericServer({ listPrompts: 'refused' });
    const { counters } = await runJob(targetOf(server.baseUrl, { waves: 'list-prompt' }), four());
    expect(counters).toMatchObject({ listPromptFallbacks: 1, maxInFlight: 4 });
    expect(counters).not.toHaveProperty('listPrompts');
  });

  it('sends token ids to a server whose tokens are bytes', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl, { tokenizer: 'bytes' });
    const { requests } = await runJob(
      target,
      levelJob([[plannedRequest('a', 'x', { prompt: { kind: 'tokens', tokenIds: [82, 111, 119] } })]]),
    );
    expect(server.generations().at(-1)?.body['prompt']).toEqual([82, 111, 119]);
    expect(requests[0].promptTokens).toBe(3);
  });

  it('sends text that was cut into code points as the text that it is', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    const tokenIds = target.tokenizer.encode('é €😀 x');
    await runJob(target, levelJob([[plannedRequest('a', '', { prompt: { kind: 'tokens', tokenIds } })]]));
    expect(server.generations().at(-1)?.body['prompt']).toBe('é €😀 x');
  });

  it('asks a chat server with one user message', async () => {
    const server = await startGenericServer();
    const { requests } = await runJob(targetOf(server.baseUrl, { api: 'openai-chat' }), one());
    expect(server.generations().at(-1)?.body['messages']).toEqual([
      { role: 'user', content: 'Rule: one line of JSON.\nRow:' },
    ]);
    expect(requests[0].exchange).toMatchObject({ tokenSource: 'texts', route: 'chat' });
    expect(requests[0].tokenIds).toEqual([]);
    expect(requests[0].logprobs).toHaveLength(4);
  });

  it('keeps unavailable values as null at their index and never as a number', async () => {
    const server = await startVllmServer({ sentinel: true });
    const target = targetOf(server.baseUrl);
    const { requests } = await runJob(target, one());
    expect(requests[0].logprobs.every((value) => value === null)).toBe(true);
  });

  it('stops when another server answers in the middle of a run', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    await target.describe();
    server.defects.modelList = 'alternating';
    await expect(runJob(target, one())).rejects.toMatchObject({ code: 'TARGET_IDENTITY' });
  });

  it('is an outcome of the infrastructure when a server passes its health check and dies on the first request', async () => {
    const server = await startVllmServer({ dies: true });
    await expect(targetOf(server.baseUrl, { attemptsMax: 1 }).describe()).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      exitCode: 3,
    });
  });

  it('names the models when the one asked for is not there, and asks for one when there is no list', async () => {
    const server = await startGenericServer();
    await expect(targetOf(server.baseUrl, { model: 'other' }).describe()).rejects.toThrow(
      /expected one of toy, got "other"/,
    );
    const without = await startGenericServer({ modelList: 'none' });
    await expect(targetOf(without.baseUrl).describe()).rejects.toMatchObject({ code: 'CONFIG_MODEL', exitCode: 2 });
    await expect(targetOf(without.baseUrl, { model: 'toy' }).describe()).resolves.toMatchObject({
      endpoint: { model: 'toy' },
    });
  });

  it('scores the tokens of another level behind its own prompt, and gives back the values of decoding for its own tokens', async () => {
    const server = await startVllmServer();
    const target = targetOf(server.baseUrl);
    const [plain] = (await runJob(target, one())).requests;
    expect(plain.exchange).not.toHaveProperty('forcedLogprobs');
    const forcing = levelJob([[plannedRequest('a', 'Rule: one line of JSON.\nRow:', { forcedFromLevel: 'none' })]]);
    const forced = (tokens: readonly number[]) => ({ lane: 0, forced: new Map([['a', tokens]]) });
    const [same] = (await target.runLevel(forcing, forced(plain.tokenIds))).record.requests;
    expect(same.exchange?.forcedLogprobs).toEqual(plain.logprobs);
    const others = plain.tokenIds.map((id) => (id + 1) % 128);
    const [other] = (await target.runLevel(forcing, forced(others))).record.requests;
    expect(other.exchange?.forcedLogprobs).toHaveLength(others.length);
    expect(other.exchange?.forcedLogprobs).not.toEqual(plain.logprobs);
  });

  it.each([
    ['ignores echo', { echo: 'ignored' as const }],
    ['takes no token ids', { tokenIdPrompts: 'refused' as const }],
  ])('forces nothing on a server that %s', async (_, defects) => {
    const server = await startVllmServer(defects);
    const forcing = levelJob([[plannedRequest('a', 'Rule: one line.', { forcedFromLevel: 'none' })]]);
    const { record } = await targetOf(server.baseUrl).runLevel(forcing, {
      lane: 0,
      forced: new Map([['a', [65, 66]]]),
    });
    expect(record.requests[0].exchange).not.toHaveProperty('forcedLogprobs');
  });
});
