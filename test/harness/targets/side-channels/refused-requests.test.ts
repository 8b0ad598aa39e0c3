import { describe, expect, it } from 'vitest';
import { refusedRequests } from '../../../../harness/targets/side-channels/index.ts';
import { testServer } from '../../../support/engine-server.ts';

const input = { address: '/completions', model: 'toy', tokensMax: 64 };
const bodyOf = ({ body, rawBody }: { body?: unknown; rawBody?: string }): string => rawBody ?? JSON.stringify(body);

describe('requests that a server should refuse', () => {
  it('are refused by the engine’s own server, each in a way of its own', async () => {
    const server = testServer();
    const codes: string[] = [];
    for (const request of refusedRequests(input)) {
      const url = request.address.startsWith('root:') ? request.address.slice(5) : `/v1${request.address}`;
      const answer = await server.app.inject({
        method: request.method,
        url,
        headers: { 'content-type': 'application/json' },
        ...(request.method === 'POST' ? { payload: bodyOf(request) } : {}),
      });
      expect([request.what, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([request.what, true]);
      codes.push(`${answer.statusCode} ${answer.body}`);
    }
    expect(new Set(codes).size).toBeGreaterThanOrEqual(6);
    expect(server.defects).toEqual([]);
  });

  it('ask for nothing that costs a server much', () => {
    for (const { body } of refusedRequests(input))
      if (body !== undefined) expect((body as { max_tokens: number }).max_tokens).toBe(1);
  });

  it('have no prompt that is too long where the length is not told, or is very large', () => {
    const whats = (tokensMax: number | null) => refusedRequests({ ...input, tokensMax }).map(({ what }) => what);
    expect(whats(64)).toContain('too long');
    expect(whats(null)).not.toContain('too long');
    expect(whats(1_000_000)).not.toContain('too long');
  });
});
