import { connect } from 'node:net';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { testServer, MODEL } from '../../support/engine-server.ts';
import type { TestServer } from '../../support/engine-server.ts';
import { promptOf } from '../../support/serving-runs.ts';

const ask = (server: TestServer, body: Record<string, unknown>) =>
  server.post('/v1/completions', { model: MODEL, temperature: 0, return_token_ids: true, ...body });
const gauge = async (server: TestServer, name: string): Promise<number> =>
  Number(
    new RegExp(`^evenkeel:${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(
      (await server.get('/metrics')).text,
    )?.[1],
  );
/** Until something holds; the test's own time limit ends it otherwise. */
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
};

const open: TestServer[] = [];
const opened = (server: TestServer): TestServer => {
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

describe('concurrent requests', () => {
  it('share a batch, and each has the tokens and log-probabilities that it has alone in process', async () => {
    const server = opened(testServer({ chunkSize: 16, maxBatch: 8 }));
    const asked = Array.from({ length: 12 }, (_, i) => ({
      prompt: promptOf(i, 3 + 11 * i),
      max_tokens: 4 + (i % 5),
      ignore_eos: true,
      logprobs: 2,
      return_tokens_as_token_ids: true,
      ...(i % 3 === 0 ? { temperature: 1.1, seed: i, top_p: 0.9 } : {}),
    }));
    const answers = await Promise.all(asked.map((body) => ask(server, body)));
    expect(await gauge(server, 'step_rows_bucket{le="4"}')).toBeLessThan(await gauge(server, 'steps_total'));
    for (const [i, { prompt, max_tokens: maxTokens, temperature = 0, seed = 0, top_p: topP = 1 }] of asked.entries()) {
      const want = server.engine.generate({ tokenIds: prompt, maxTokens, logprobs: 2, temperature, seed, topP });
      const [choice] = answers[i].body.choices;
      expect(choice.token_ids).toEqual(want.tokenIds);
      expect(choice.logprobs.token_logprobs).toEqual(want.logprobs.map(({ logprob }) => logprob));
      const alone = await ask(server, asked[i]);
      expect(alone.body.choices).toEqual(answers[i].body.choices);
    }
  });

  it('that come one after another begin in one step when the idle engine waits for them, and in several when not', async () => {
    const stepsOf = async (batchWaitMs: number): Promise<[number, number]> => {
      const server = opened(testServer({}, { limits: { batchWaitMs } }));
      const answers: Promise<unknown>[] = [];
      for (let i = 0; i < 4; i++) {
        answers.push(ask(server, { prompt: `p${i}`, max_tokens: 3, ignore_eos: true }));
        // several turns of the event loop: without the wait a step is computed meanwhile
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(answers);
      return [await gauge(server, 'steps_total'), await gauge(server, 'step_rows_sum')];
    };
    expect(await stepsOf(300)).toEqual([3, 12]);
    expect((await stepsOf(0))[0]).toBeGreaterThan(3);
  });

  it('are refused with 429 and a time when the queue is full, and when one request could never fit', async () => {
    const server = opened(testServer({ maxBatch: 1 }, { limits: { queuedMax: 2 } }));
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => ask(server, { prompt: `p${i}`, max_tokens: 6 })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(answers[4].headers['retry-after']).toBe('1');
    expect(answers[4].body.error).toMatchObject({ type: 'rate_limit_error', code: 'queue_full' });
    expect((await ask(server, { prompt: ['a', 'b'], n: 2 })).body.error.code).toBe('too_many_prompts');
  });
});

describe('the prefix cache', () => {
  it('is shared under one salt and never under two', async () => {
    const server = opened(testServer());
    const cached = async (salt?: string): Promise<number> => {
      const body = { prompt: promptOf(1, 300), max_tokens: 1, ...(salt === undefined ? {} : { cache_salt: salt }) };
      return (await ask(server, body)).body.usage.prompt_tokens_details.cached_tokens;
    };
    expect(await cached('a')).toBe(0);
    expect(await cached('b')).toBe(0);
    expect(await cached()).toBe(0);
    const again = [await cached('a'), await cached('b'), await cached()];
    expect(again).toEqual([256, 256, 256]);
    expect(await gauge(server, 'prefix_cache_hits_total')).toBe(3);
    expect(await gauge(server, 'prompt_tokens_cached_total')).toBe(768);
  });

  it('is empty after a reset, for what comes after it; what ran before ends as it would have', async () => {
    const server = opened(testServer());
    const body = { prompt: promptOf(2, 200), max_tokens: 20 };
    const first = await ask(server, body);
    const started = ask(server, body);
    await until(async () => (await gauge(server, 'num_requests_running')) === 1);
    const emptied = server.post('/reset_prefix_cache', undefined);
    const [running, reset, after] = await Promise.all([started, emptied, emptied.then(() => ask(server, body))]);
    expect(reset.status).toBe(200);
    expect(running.body.usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(0);
    expect(after.body.usage.prompt_tokens_details.cached_tokens).toBe(0);
    for (const { body: answer } of [running, after]) expect(answer.choices).toEqual(first.body.choices);
    // counters go on
    expect(await gauge(server, 'prefix_cache_queries_total')).toBe(3);
  });
});

describe('a client that goes away', () => {
  it('ends its request and frees its place', async () => {
    const server = opened(testServer({ maxBatch: 1 }));
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    for (const stream of [false, true]) {
      const before = await gauge(server, 'requests_ended_total{reason="abort"}');
      const sent = request({
        port,
        path: '/v1/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      sent.on('error', () => undefined);
      sent.end(JSON.stringify({ prompt: 'a', max_tokens: 8000, stream, ignore_eos: true }));
      await until(async () => (await gauge(server, 'num_requests_running')) === 1);
      sent.destroy();
      await until(async () => (await gauge(server, 'num_requests_running')) === 0);
      expect(await gauge(server, 'requests_ended_total{reason="abort"}')).toBe(before + 1);
    }
    expect((await ask(server, { prompt: 'b', max_tokens: 1 })).status).toBe(200);
  });
});

describe('an engine that fails in a step', () => {
  it('ends the requests that ran with one error each, and serves the next ones', async () => {
    let broken = true;
    const server = opened(
      testServer({
        parts: {
          acceptDraft: () => true,
          logprobRow: (row) => {
            if (broken) throw new Error('a row is missing');
            return row;
          },
        },
      }),
    );
    const answers = await Promise.all([
      ask(server, { prompt: 'a', max_tokens: 4 }),
      ask(server, { prompt: 'b', max_tokens: 4 }),
      server.post('/v1/completions', { prompt: 'c', max_tokens: 4, stream: true }),
    ]);
    for (const { body } of answers.slice(0, 2))
      expect(body.error).toMatchObject({ type: 'server_error', code: 'engine_failed', param: null });
    expect(answers[2].text).toContain('engine_failed');
    expect(server.defects).toHaveLength(1);
    broken = false;
    expect((await ask(server, { prompt: 'a', max_tokens: 4 })).status).toBe(200);
    expect(await gauge(server, 'engine_failures_total')).toBe(1);
  });

  it('answers a request whose answer went astray', async () => {
    const lost = { open: () => undefined, clientOf: () => null, close: () => undefined };
    const server = opened(testServer({ parts: { responseRoutes: () => lost } }));
    const { status, body } = await ask(server, { prompt: 'a', max_tokens: 2 });
    expect([status, body.error.code]).toEqual([500, 'answer_lost']);
  });
});

describe('closing', () => {
  it('lets running requests finish, takes no new ones, and reports itself unhealthy meanwhile', async () => {
    const server = testServer();
    const running = ask(server, { prompt: 'a', max_tokens: 40 });
    await until(async () => (await gauge(server, 'num_requests_running')) === 1);
    const closing = server.close();
    const late = await ask(server, { prompt: 'b', max_tokens: 1 });
    expect([late.status, late.body.error.code]).toEqual([503, 'shutting_down']);
    expect((await server.get('/health')).status).toBe(503);
    await closing;
    const { status, body } = await running;
    expect(status).toBe(200);
    expect(body.usage.completion_tokens).toBe(40);
  });

  it('ends with an error what takes longer than it may', async () => {
    const server = testServer({}, { limits: { drainMs: 0 } });
    const running = ask(server, { prompt: 'a', max_tokens: 4000, ignore_eos: true });
    await until(async () => (await gauge(server, 'num_requests_running')) === 1);
    await server.close();
    expect((await running).body.error.code).toBe('shutting_down');
  });
});

describe('what the server says about itself', () => {
  it('has the engine, whole: description, checkpoint, fault, limits, and a fingerprint of what could change a bit', async () => {
    const server = opened(testServer({ precision: 'bf16' }));
    const { body } = await server.get('/server_info');
    for (const { name, value } of server.engine.describe()) expect(body.engine[name]).toBe(value);
    expect(body.engine['fault']).toBe('none');
    expect(body.system_fingerprint).toMatch(/^evenkeel-[0-9a-f]{16}$/);
    const other = opened(testServer({ precision: 'f32' }));
    const twin = opened(testServer({ precision: 'bf16' }));
    expect((await other.get('/server_info')).body.system_fingerprint).not.toBe(body.system_fingerprint);
    expect((await twin.get('/server_info')).body.system_fingerprint).toBe(body.system_fingerprint);
    const answer = await ask(server, { prompt: 'a', max_tokens: 1 });
    expect(answer.body.system_fingerprint).toBe(body.system_fingerprint);
    expect((await server.get('/version')).body).toEqual({ version: '1.2.3' });
    expect((await server.get('/v1/models')).body.data[0]).toMatchObject({ id: MODEL, max_model_len: 8192 });
    expect((await server.get('/v1/models/other')).status).toBe(404);
  });

  it('has a length that also the cache has room for', async () => {
    const server = opened(testServer({ hotPages: 4, pageTokens: 16 }));
    expect((await server.get('/v1/models')).body.data[0].max_model_len).toBe(64);
    expect((await ask(server, { prompt: 'a'.repeat(60), max_tokens: 4 })).status).toBe(200);
    expect((await ask(server, { prompt: 'a'.repeat(60), max_tokens: 5 })).body.error.message).toContain('64');
  });

  it('turns text into tokens and back', async () => {
    const server = opened(testServer());
    const { body } = await server.post('/tokenize', { prompt: 'né', return_token_strs: true });
    expect(body).toMatchObject({ count: 3, tokens: [110, 195, 169], token_strs: ['n', 'bytes:\\xc3', 'bytes:\\xa9'] });
    expect((await server.post('/detokenize', { tokens: body.tokens })).body).toEqual({ prompt: 'né' });
    const chat = await server.post('/tokenize', {
      messages: [{ role: 'user', content: 'a' }],
      add_generation_prompt: false,
    });
    expect(chat.body.tokens).toEqual([256, 117, 115, 101, 114, 10, 97, 257]);
    expect((await server.post('/detokenize', { tokens: [320] })).body.error.param).toBe('tokens[0]');
    expect((await server.post('/tokenize', {})).body.error.param).toBe('prompt');
  });

  it('has metrics that Prometheus can read', async () => {
    const server = opened(testServer());
    await ask(server, { prompt: ['a', 'b'], max_tokens: 3, stream: true });
    await ask(server, { prompt: [] });
    const { text, headers } = await server.get('/metrics');
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    const line = /^(# (HELP|TYPE) evenkeel:\w+ .+|evenkeel:\w+(\{(\w+="(\\.|[^"\\\n])*",?)*\})? [0-9.e+]+)$/;
    for (const one of text.trimEnd().split('\n')) expect(one).toMatch(line);
    expect(text).toContain('evenkeel:requests_ended_total{reason="length"} 2');
    expect(text).toContain('evenkeel:generation_tokens_total 6');
    expect(text).toContain('evenkeel:http_responses_total{code="200"} 1');
    expect(text).toContain('evenkeel:http_responses_total{code="400"} 1');
    expect(text).toContain('evenkeel:step_rows_bucket{le="2"} 3');
    expect(text).toContain('evenkeel:step_rows_bucket{le="1"} 0');
  });
});

describe('the HTTP layer', () => {
  it('gives every refusal the shape of OpenAI', async () => {
    const server = opened(testServer({}, { limits: { bodyBytes: 2000 } }));
    const wrong: [number, string, Promise<{ status: number; body: { error: { code: string; message: string } } }>][] = [
      [404, 'not_found', server.get('/v1/nothing')],
      [405, 'method_not_allowed', server.get('/v1/completions')],
      [405, 'method_not_allowed', server.post('/health', {})],
      [413, 'body_too_large', server.post('/v1/completions', { prompt: 'a'.repeat(3000) })],
      [415, 'unsupported_media_type', server.post('/v1/completions', '{}', { 'content-type': 'text/plain' })],
      [400, 'bad_request', server.post('/v1/completions', '{"prompt":')],
      [400, 'bad_request', server.post('/v1/completions', '')],
      [400, 'bad_request', server.post('/v1/completions', '{"__proto__":{"a":1},"prompt":"a"}')],
      [400, 'invalid_body', server.post('/v1/completions', '[]')],
      [400, 'bad_request', server.get('/%zz')],
    ];
    for (const [status, code, answer] of wrong) {
      const { status: got, body } = await answer;
      expect([got, body?.error.code]).toEqual([status, code]);
      expect(body.error.message.length).toBeGreaterThan(0);
    }
    expect(server.defects).toEqual([]);
  });

  it('answers what is no HTTP with a body of that shape, and closes', async () => {
    const server = opened(testServer());
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    const sent = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let got = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.setEncoding('utf8').on('data', (piece) => (got += piece));
        socket.on('close', () => resolve(got));
        socket.on('error', reject);
      });
    expect(await sent('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"bad_request"/);
    expect(await sent(`GET /health HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/,
    );
  });

  it('ends a request that comes too slowly', async () => {
    const server = opened(testServer({}, { limits: { headersMs: 100, requestMs: 200 } }));
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    const got = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('POST /v1/completions HTTP/1.1\r\nhost: localhost\r\n'),
      );
      socket.setEncoding('utf8').on('data', (piece) => (text += piece));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(got).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
  }, 60_000);
});
