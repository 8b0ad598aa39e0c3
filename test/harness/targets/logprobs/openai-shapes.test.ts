import { describe, expect, it } from 'vitest';
import { readChoiceLogprobs } from '../../../../harness/targets/logprobs/index.ts';

describe('log-probabilities of the legacy completions route (shape A)', () => {
  it('keep the null of the first token at its own index', () => {
    const read = readChoiceLogprobs({
      tokens: ['A', 'B', 'C'],
      token_logprobs: [null, -0.5, -1.25],
      top_logprobs: [null, { B: -0.5, X: -2 }, { Z: -0.25, C: -1.25 }],
      text_offset: [0, 1, 2],
    });
    expect(read?.tokens.map(({ text, logprob }) => [text, logprob])).toEqual([
      ['A', null],
      ['B', -0.5],
      ['C', -1.25],
    ]);
    expect(read?.tokens[2].top.map(({ text }) => text)).toEqual(['Z', 'C']);
  });

  it('do not use text_offset, which SGLang writes as -1', () => {
    const shape = { tokens: ['A', 'B'], token_logprobs: [-1, -2], top_logprobs: [{ A: -1 }, { B: -2 }] };
    expect(readChoiceLogprobs({ ...shape, text_offset: [-1, -1] })).toEqual(
      readChoiceLogprobs({ ...shape, text_offset: [0, 1] }),
    );
  });

  it('flag a collision: a mapping keyed by text holds two tokens of equal text once', () => {
    const read = readChoiceLogprobs({
      tokens: ['a', 'b'],
      token_logprobs: [-0.1, -0.2],
      top_logprobs: [
        { a: -0.1, b: -3, c: -4 },
        { b: -0.2, c: -3 },
      ],
    });
    expect(read?.textCollisions).toBe(1);
  });

  it('name tokens by id where the server answers token_id:123, so that none collide', () => {
    const read = readChoiceLogprobs({
      tokens: ['token_id:33', 'token_id:9'],
      token_logprobs: [-0.1, -0.2],
      top_logprobs: [{ 'token_id:33': -0.1, 'token_id:426': -2 }, { 'token_id:9': -0.2 }],
    });
    expect(read?.tokens[0]).toMatchObject({ tokenId: 33, text: null, top: [{ tokenId: 33 }, { tokenId: 426 }] });
    expect(read?.textCollisions).toBeNull();
  });

  it.each([-9999, -9999.5, -1e9, '-1', null, undefined])('take %j for unavailable, and never for a number', (value) => {
    expect(readChoiceLogprobs({ tokens: ['x'], token_logprobs: [value] })?.tokens[0].logprob).toBeNull();
  });

  it('keep every index when lists have unequal lengths', () => {
    const read = readChoiceLogprobs({ tokens: ['a'], token_logprobs: [-1, -2, -3] });
    expect(read?.tokens.map(({ text, logprob }) => [text, logprob])).toEqual([
      ['a', -1],
      [null, -2],
      [null, -3],
    ]);
  });
});

describe('log-probabilities in chat shape (B)', () => {
  const content = [
    { token: 'é', logprob: -0.5, bytes: [195, 169], top_logprobs: [{ token: 'é', logprob: -0.5, bytes: [195, 169] }] },
    { token: 'x', logprob: -9999.0, bytes: null, top_logprobs: [] },
  ];

  it('are read on any route: the shape is taken from the answer', () => {
    const read = readChoiceLogprobs({ content });
    expect(read?.tokens[0]).toMatchObject({ text: 'é', bytes: [195, 169], logprob: -0.5, top: [{ text: 'é' }] });
    expect(read?.tokens[1].logprob).toBeNull();
  });

  it('keep two alternatives of equal text apart', () => {
    const twice = { token: ' B', logprob: -1, bytes: [32, 66] };
    const read = readChoiceLogprobs({
      content: [{ token: 'a', logprob: -0.1, top_logprobs: [twice, { ...twice, logprob: -2, bytes: [9, 66] }] }],
    });
    expect(read?.tokens[0].top).toHaveLength(2);
    expect(read?.textCollisions).toBeNull();
  });
});

it.each([null, undefined, {}, [], 'x', { content: null }])('%j holds no log-probabilities', (value) => {
  expect(readChoiceLogprobs(value)).toBeNull();
});
