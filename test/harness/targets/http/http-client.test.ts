import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient, parseBaseUrl, type HttpClient } from '../../../../harness/targets/http/index.ts';

type Step = (request: IncomingMessage, response: ServerResponse) => void;

const NOW_MS = Date.parse('2026-11-24T04:00:00.000Z');

/** A server that answers with one step after another, and a client whose clock does not wait. */
async function scripted(
  steps: readonly Step[],
  change: Partial<Parameters<typeof createHttpClient>[0]> = {},
): Promise<{ client: HttpClient; waits: number[]; count: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => steps[Math.min(count++, steps.length - 1)](request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const waits: number[] = [];
  const client = createHttpClient({
    url: parseBaseUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, 'test'),
    apiKey: 'sk-planted-secret',
    timeoutMs: 2_000,
    answerBytesMax: 10_000,
    attemptsMax: 3,
    waitMsMax: 60_000,
    clock: {
      nowMs: () => performance.now(),
      wallMs: () => NOW_MS,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
    ...change,
  });
  return { client, waits, count: () => count };
}

const ok: Step = (_request, response) => void response.end('{"fine":true}');
const status =
  (code: number, headers: Record<string, string> = {}, body = '{"error":{"message":"slow down"}}'): Step =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);

describe('a request to a server', () => {
  it('sends the key in a header and gives the JSON of the answer', async () => {
    let seen: string | undefined;
    const { client } = await scripted([
      (request, response) => {
        seen = request.headers.authorization;
        response.end('{"a":[1,null]}');
      },
    ]);
    const answer = await client.json('/completions', { body: {}, retry: true });
    expect(answer.json).toEqual({ a: [1, null] });
    expect(answer.attempts).toHaveLength(1);
    expect(seen).toBe('Bearer sk-planted-secret');
  });

  it.each([
    ['retry-after-ms', { 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    ['seconds', { 'retry-after': '2' }, 2_000],
    ['a date', { 'retry-after': new Date(NOW_MS + 5_000).toUTCString() }, 5_000],
    ['nothing', {}, 500],
    ['a text that is no time', { 'retry-after': 'soon' }, 500],
  ] as const)('waits after 429 as the server asks with %s, and logs the attempt', async (_name, headers, waitMs) => {
    const { client, waits } = await scripted([status(429, headers), ok]);
    const answer = await client.json('/x', { body: {}, retry: true });
    expect(waits).toEqual([waitMs]);
    expect(answer.attempts).toMatchObject([
      { status: 429, error: 'HTTP 429', waitedMs: 0 },
      { status: 200, error: null, waitedMs: waitMs },
    ]);
  });

  it('doubles its own wait and stops at the hard cap of attempts', async () => {
    const { client, waits, count } = await scripted([status(503)]);
    const answer = await client.send('/x', { body: {}, retry: true });
    expect(answer.status).toBe(503);
    expect(waits).toEqual([500, 1000]);
    expect(count()).toBe(3);
  });

  it('does not wait longer than allowed', async () => {
    const { client, waits } = await scripted([status(429, { 'retry-after': '3600' }), ok]);
    await expect(client.json('/x', { body: {}, retry: true })).rejects.toMatchObject({ code: 'TARGET_BUSY' });
    expect(waits).toEqual([]);
  });

  it('never tries again where a retry would change the batch', async () => {
    const { client, count } = await scripted([status(429, { 'retry-after-ms': '1' }), ok]);
    await expect(client.json('/x', { body: {}, retry: false })).rejects.toMatchObject({ code: 'TARGET_BUSY' });
    expect(count()).toBe(1);
  });

  it.each([400, 401, 404, 422])('does not try %i again: the same answer would come', async (code) => {
    const { client, count } = await scripted([status(code), ok]);
    await expect(client.json('/x', { body: {}, retry: true })).rejects.toMatchObject({ code: 'TARGET_REFUSED' });
    expect(count()).toBe(1);
  });

  it.each([408, 409, 500, 502])('tries %i again', async (code) => {
    const { client, count } = await scripted([status(code), ok]);
    await client.json('/x', { body: {}, retry: true });
    expect(count()).toBe(2);
  });

  it('believes x-should-retry', async () => {
    const never = await scripted([status(503, { 'x-should-retry': 'false' }), ok]);
    expect((await never.client.send('/x', { retry: true })).status).toBe(503);
    const always = await scripted([status(418, { 'x-should-retry': 'true' }), ok]);
    expect((await always.client.send('/x', { retry: true })).status).toBe(200);
  });

  it('tries a broken connection again, and names the cause when it stays broken', async () => {
    const once = await scripted([(request) => void request.socket.destroy(), ok]);
    const answer = await once.client.json('/x', { body: {}, retry: true });
    expect(answer.attempts.map(({ status: code }) => code)).toEqual([null, 200]);
    const dead = await scripted([(request) => void request.socket.destroy()]);
    await expect(dead.client.json('/x', { body: {}, retry: true })).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
    });
    expect(dead.count()).toBe(3);
  });

  it('gives up at the deadline', async () => {
    const { client } = await scripted([() => undefined], { timeoutMs: 50, attemptsMax: 1 });
    await expect(client.json('/x', { retry: true })).rejects.toMatchObject({ code: 'TARGET_TIMEOUT' });
  });

  it('reads no more than the limit, and does not try again', async () => {
    const { client, count } = await scripted([(_request, response) => void response.end('x'.repeat(20_000))]);
    await expect(client.json('/x', { retry: true })).rejects.toMatchObject({ code: 'TARGET_ANSWER_TOO_LARGE' });
    expect(count()).toBe(1);
  });

  it('follows no redirect: another server would answer', async () => {
    const { client, count } = await scripted([status(307, { location: '/elsewhere' }), ok]);
    await expect(client.json('/x', { body: {}, retry: true })).rejects.toMatchObject({ code: 'TARGET_REFUSED' });
    expect(count()).toBe(1);
  });

  it('says when a page came instead of JSON', async () => {
    const { client } = await scripted([(_request, response) => void response.end('<html>proxy</html>')]);
    await expect(client.json('/x', { retry: true })).rejects.toThrow(/expected JSON, got "<html>/);
  });

  it('reads NaN and Infinity, which Python writes, as unavailable, and leaves them alone in text', async () => {
    const { client } = await scripted([
      (_request, response) => void response.end('{"a":[-Infinity,NaN,1],"b":"NaN \\" Infinity"}'),
    ]);
    const answer = await client.json('/x', { retry: true });
    expect(answer.json).toEqual({ a: [null, null, 1], b: 'NaN " Infinity' });
  });

  it('repeats neither the key nor control characters of an error', async () => {
    const body = JSON.stringify({ error: { message: 'bad key sk-planted-secret\u001b[31m' } });
    const { client } = await scripted([status(401, {}, body)]);
    const error = await client.json('/x', { retry: true }).catch((caught: unknown) => caught);
    expect(String(error)).toContain('bad key [redacted]');
    expect(String(error)).not.toMatch(/planted|\u001b/);
  });
});
