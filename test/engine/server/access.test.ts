import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/engine-server.ts';

const KEY = 'sk-very-secret';

describe('a server with a key', () => {
  const server = testServer({}, { apiKey: KEY });
  it.each([
    [{}, 'none'],
    [{ authorization: 'Bearer ' }, 'none'],
    [{ authorization: `Basic ${KEY}` }, 'none'],
    [{ authorization: `Bearer ${KEY}x` }, 'another'],
    [{ authorization: 'Bearer x' }, 'another'],
  ])('refuses %j', async (headers, what) => {
    const { status, body, text, headers: answered } = await server.get('/v1/models', headers);
    expect([status, body.error.type, body.error.code]).toEqual([401, 'authentication_error', 'invalid_api_key']);
    expect(body.error.message).toContain(`got ${what}`);
    expect(text).not.toContain('secret');
    expect(answered['www-authenticate']).toBe('Bearer');
  });

  it('answers whoever has it, whatever the host or the origin', async () => {
    const headers = { authorization: `Bearer ${KEY}`, host: 'evil.example', origin: 'http://evil.example' };
    expect((await server.get('/v1/models', headers)).status).toBe(200);
    expect((await server.get('/server_info', headers)).text).not.toContain('secret');
  });

  it('refuses before it looks at the body or the route, and tells health to everybody', async () => {
    expect((await server.post('/v1/completions', '{"prompt":')).status).toBe(401);
    expect((await server.get('/nothing')).status).toBe(401);
    expect((await server.get('/health')).status).toBe(200);
  });
});

describe('a server without a key', () => {
  const server = testServer({}, { hosts: ['My-Box'] });
  it.each(['localhost', 'LOCALHOST:8000', '127.0.0.1:1', '[::1]:80', 'my-box'])(
    'answers to the host %s',
    async (host) => {
      expect((await server.get('/v1/models', { host })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8000', '[::1].evil'])(
    'refuses the host "%s", which a page has rebound',
    async (host) => {
      expect((await server.get('/v1/models', { host })).body.error.code).toBe('host_refused');
    },
  );

  it('refuses a web page', async () => {
    const { status, body } = await server.post('/reset_prefix_cache', undefined, { origin: 'http://localhost:3000' });
    expect([status, body.error.type, body.error.code]).toEqual([403, 'permission_error', 'browser_refused']);
  });

  it('answers to any host when its operator has said so', async () => {
    const free = testServer({}, { hosts: null });
    expect((await free.get('/v1/models', { host: 'anything.example' })).status).toBe(200);
  });
});
