import { describe, expect, it } from 'vitest';
import { joinEvents } from '../../../../harness/targets/http/event-stream.ts';

const events = (...data: readonly object[]): string =>
  [...data.map((one) => `data: ${JSON.stringify(one)}\n\n`), 'data: [DONE]\n\n'].join('');

describe('a stream of events', () => {
  it('is the whole answer: text joined, the end, ids of tokens, and the usage that only the last one has', () => {
    const text = events(
      { id: 'c', usage: null, choices: [{ index: 0, text: 'h', token_ids: [104], finish_reason: null }] },
      { id: 'c', usage: null, choices: [{ index: 0, text: 'é', token_ids: [195, 169], finish_reason: 'length' }] },
      { id: 'c', choices: [], usage: { prompt_tokens: 3 } },
    );
    expect(joinEvents(text)).toEqual({
      json: {
        id: 'c',
        usage: { prompt_tokens: 3 },
        choices: [{ index: 0, text: 'hé', finish_reason: 'length', token_ids: [104, 195, 169] }],
      },
      pieces: 2,
    });
  });

  it('has messages where it is a chat, and choices by their index', () => {
    const text = events(
      { choices: [{ index: 1, delta: { role: 'assistant' } }] },
      { choices: [{ index: 0, delta: { content: 'a' } }] },
      { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] },
    );
    expect(joinEvents(text)).toMatchObject({
      json: {
        choices: [
          { index: 0, message: { content: 'a' }, finish_reason: null },
          { index: 1, message: { content: 'b' }, finish_reason: 'stop' },
        ],
      },
      pieces: 2,
    });
  });

  it('takes lines that end as HTTP has them, and comments between', () => {
    expect(joinEvents(': hello\r\ndata: {"choices":[{"text":"x"}]}\r\n\r\n')).toMatchObject({ pieces: 1 });
  });

  it.each(['', '<html>', 'data: [DONE]', 'data: {', 'data: 3'])('is not %j', (text) => {
    expect(joinEvents(text)).toBeNull();
  });
});
