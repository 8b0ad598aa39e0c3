import { describe, expect, it } from 'vitest';
import { joinEvents, pieceTimes } from '../../../../harness/targets/http/event-stream.ts';

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

describe('the times of pieces', () => {
  const text = events(
    { choices: [{ index: 0, text: 'é' }] },
    { choices: [{ index: 0, text: 'b' }] },
    { choices: [], usage: { prompt_tokens: 3 } },
    { choices: [{ index: 0, delta: { content: 'c' } }] },
  );
  const bytes = Buffer.from(text);
  const ends = text.split('\n\n').flatMap((event, index, all) => {
    const before = all.slice(0, index).join('\n\n');
    return event === '' ? [] : [Buffer.byteLength(index === 0 ? event : `${before}\n\n${event}`)];
  });

  it('are those of the packet that completed the event, and events without text have none', () => {
    const arrivals = ends.map((endByte, index) => ({ atMs: 10 * (index + 1), endByte: endByte + 2 }));
    expect(pieceTimes(text, arrivals)).toEqual([10, 20, 40]);
  });

  it('wait for the rest of an event that was cut by the network, in the middle of a character too', () => {
    const cut = text.indexOf('é') + 1;
    expect(
      pieceTimes(text, [
        { atMs: 1, endByte: cut },
        { atMs: 5, endByte: ends[0] + 2 },
        { atMs: 9, endByte: bytes.length },
      ]),
    ).toEqual([5, 9, 9]);
  });

  it('are one time for events that came in one packet', () => {
    expect(pieceTimes(text, [{ atMs: 3, endByte: bytes.length }])).toEqual([3, 3, 3]);
    expect(pieceTimes('', [])).toEqual([]);
  });
});
