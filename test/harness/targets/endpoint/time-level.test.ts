import { describe, expect, it } from 'vitest';
import { timeLevel } from '../../../../harness/targets/endpoint/time-level.ts';
import { readIdentity } from '../../../../harness/targets/endpoint/identity.ts';
import { completionsRoute } from '../../../../harness/targets/dialects/openai-routes.ts';
import {
  createHttpClient,
  parseBaseUrl,
  type HttpClient,
  type HttpClock,
} from '../../../../harness/targets/http/index.ts';
import type { LevelJob, TimedLevel } from '../../../../harness/schema/index.ts';
import { levelJob, plannedRequest } from '../../../support/endpoint-target.ts';

const FIRST_MS = 120;
const EACH_MS = 8;

/** A server on a simulated clock: its first piece takes as long as the prompt has words, each other one the same. */
function simulated({ usage = true }: { usage?: boolean } = {}): {
  client: HttpClient;
  clock: HttpClock;
  bodies: unknown[];
} {
  let now = 1000;
  const bodies: unknown[] = [];
  const clock: HttpClock = { nowMs: () => now, wallMs: () => now, sleep: () => Promise.resolve() };
  const server: typeof fetch = (_url, init) => {
    if (typeof init?.body !== 'string') return Promise.resolve(Response.json({ data: [{ id: 'toy' }] }));
    const body = JSON.parse(init.body) as { prompt: string; max_tokens: number };
    bodies.push(body);
    const words = body.prompt.split(' ').length;
    const pieces = Array.from({ length: body.max_tokens }, () => ({ choices: [{ index: 0, text: 'x' }] }));
    const end = { choices: [], usage: { prompt_tokens: words, completion_tokens: body.max_tokens } };
    const events = [...pieces, ...(usage ? [end] : [])];
    // nothing is made ahead of time: the clock moves when somebody reads
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const event = events.shift();
          if (event === undefined) return controller.close();
          const left = events.length - (usage ? 1 : 0);
          now += left === body.max_tokens - 1 ? FIRST_MS + words : left >= 0 ? EACH_MS : 0;
          controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));
        },
      },
      { highWaterMark: 0 },
    );
    return Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } }));
  };
  const client = createHttpClient({
    url: parseBaseUrl('http://simulated/v1', 'test'),
    apiKey: null,
    timeoutMs: 5_000,
    answerBytesMax: 1_000_000,
    attemptsMax: 1,
    waitMsMax: 0,
    clock,
    fetch: server,
  });
  return { client, clock, bodies };
}

const plainJob = levelJob([[plannedRequest('one', 'a b c d', { maxTokens: 3 })]]);

async function time(
  server: ReturnType<typeof simulated>,
  route = completionsRoute(),
  job: LevelJob = plainJob,
): Promise<TimedLevel> {
  const { client, clock } = server;
  const features = {
    dialect: null as never,
    route,
    model: 'toy',
    identity: await readIdentity(client),
    topLogprobs: 5,
    tokenIdPrompts: false,
    takesTokenIds: false,
    cacheSalt: false,
    saltAccepted: false,
    flush: false,
    running: false,
    promptScore: false,
  };
  return timeLevel({ client, clock, features, job, nonce: 'n', tokenizer: { encode: () => [], decode: () => '' } });
}

describe('timing a server', () => {
  it('takes the time to the first token and between tokens from the pieces of the stream', async () => {
    const [request] = (await time(simulated())).requests;
    expect(request).toEqual({
      requestId: 'one',
      promptTokens: 4,
      cachedTokens: null,
      completionTokens: 3,
      pieceMs: [FIRST_MS + 4, FIRST_MS + 4 + EACH_MS, FIRST_MS + 4 + 2 * EACH_MS],
    });
  });

  it('asks for pieces and for no log-probabilities, which cost the server time', async () => {
    const server = simulated();
    await time(server);
    expect(server.bodies).toEqual([expect.objectContaining({ stream: true, max_tokens: 3 })]);
    expect(server.bodies[0]).not.toHaveProperty('logprobs');
  });

  it('calls bytes unsupported, and counts that the server does not give unknown', async () => {
    const { bytes, requests, counters } = await time(simulated({ usage: false }));
    expect(bytes.kind).toBe('unsupported');
    expect(requests[0]).toMatchObject({ promptTokens: null, completionTokens: null });
    expect(requests[0].pieceMs).toHaveLength(3);
    expect(counters).not.toHaveProperty('cachedTokens');
  });

  it('sends the salts of the plan, equal names as equal ones, and none where none is meant', async () => {
    const server = simulated();
    const salted = (id: string, cacheSalt?: string) =>
      plannedRequest(id, 'a b', cacheSalt === undefined ? {} : { cacheSalt });
    const waves = [
      [salted('a', 'owner')],
      [salted('b', 'owner')],
      [salted('c', 'other')],
      [salted('d', '')],
      [salted('e')],
    ];
    const route = completionsRoute({ extra: ({ cacheSalt }) => (cacheSalt === null ? {} : { cache_salt: cacheSalt }) });
    await time(server, route, levelJob(waves));
    const salts = (server.bodies as { cache_salt?: string }[]).map(({ cache_salt: salt }) => salt);
    expect(salts[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(salts[1]).toBe(salts[0]);
    expect(salts[2]).toMatch(/^[0-9a-f]{32}$/);
    expect(salts[2]).not.toBe(salts[0]);
    expect(salts.slice(3)).toEqual([undefined, undefined]);
  });

  it('refuses a route that gives answers whole', async () => {
    await expect(time(simulated(), { ...completionsRoute(), streams: false })).rejects.toThrow(/pieces/);
  });
});
