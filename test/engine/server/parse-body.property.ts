import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/engine-server.ts';

const server = testServer();

/** A value of any JSON type, mostly small, with the numbers that break careless code. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    -1,
    0,
    1,
    0.5,
    1e308,
    -0,
    2 ** 53,
    1e-320,
    '',
    'zero',
    [],
    {},
    [[]],
    [[], [1]],
    [null],
    true,
    null,
    '\ud800',
    [1, 'a'],
    [256, 319],
  ),
);
const valid = {
  '/v1/completions': { prompt: 'ab', max_tokens: 2 },
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'ab' }], max_tokens: 2 },
  '/tokenize': { prompt: 'ab' },
  '/detokenize': { tokens: [97] },
} as const;
const names = [
  ...[
    'prompt',
    'messages',
    'model',
    'temperature',
    'top_p',
    'top_k',
    'min_p',
    'seed',
    'n',
    'stop',
    'stop_token_ids',
    'ignore_eos',
  ],
  ...[
    'allowed_token_ids',
    'cache_salt',
    'logprobs',
    'top_logprobs',
    'prompt_logprobs',
    'return_token_ids',
    'echo',
    'stream',
  ],
  ...[
    'stream_options',
    'return_tokens_as_token_ids',
    'user',
    'logit_bias',
    'best_of',
    'suffix',
    'tools',
    'tokens',
    'response_format',
  ],
];
const route = fc.constantFrom(...(Object.keys(valid) as (keyof typeof valid)[]));

async function check(url: string, body: unknown): Promise<void> {
  const { status, body: answer, text } = await server.post(url, body);
  if (status === 200) {
    expect(text.length).toBeGreaterThan(0);
    return;
  }
  expect(status, text).toBeGreaterThanOrEqual(400);
  expect(status, text).toBeLessThan(500);
  expect(answer.error.type).toBe('invalid_request_error');
  expect(answer.error.message.length).toBeGreaterThan(0);
  expect(typeof answer.error.code).toBe('string');
  expect(Object.keys(answer.error).sort()).toEqual(['code', 'message', 'param', 'type']);
}

describe('a body', () => {
  it('that is valid but for one or two parameters is answered or refused in the shape of OpenAI, never with a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(
        route,
        fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 2 }),
        async (url, change) => check(url, { ...valid[url], ...change }),
      ),
      { numRuns: 400 },
    );
    expect(server.defects).toEqual([]);
  });

  it('of any JSON, or of none, is refused so too', async () => {
    await fc.assert(
      fc.asyncProperty(route, fc.jsonValue(), async (url, body) => check(url, body)),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(route, fc.string({ unit: 'binary' }), async (url, text) => check(url, text)),
      { numRuns: 150 },
    );
    expect(server.defects).toEqual([]);
  });

  it('with an unknown parameter is refused with its name, at any place among the others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 12 }), value, async (name, given) => {
        fc.pre(!names.includes(name) && !(name in Object.prototype));
        const { status, body } = await server.post('/detokenize', { tokens: [97], [name]: given });
        expect([status, body.error.param, body.error.code]).toEqual([400, name, 'unknown_parameter']);
      }),
      { numRuns: 100 },
    );
  });
});
