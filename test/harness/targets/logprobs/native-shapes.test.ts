import { describe, expect, it } from 'vitest';
import {
  idsOfTokens,
  readLlamaCppProbabilities,
  readSglangLogprobs,
  readTgiTokens,
} from '../../../../harness/targets/logprobs/index.ts';

describe('native log-probabilities', () => {
  it('of SGLang are triples of value, id and text, the first prompt position null', () => {
    const read = readSglangLogprobs(
      [
        [null, 5, null],
        [-0.25, 7, 'b'],
      ],
      [
        null,
        [
          [-0.25, 7, 'b'],
          [-2, 8, 'c'],
        ],
      ],
    );
    expect(read).toMatchObject([
      { tokenId: 5, text: null, logprob: null, top: [] },
      { tokenId: 7, text: 'b', logprob: -0.25, top: [{ tokenId: 7 }, { tokenId: 8 }] },
    ]);
  });

  it('of llama.cpp have ids and bytes', () => {
    const entry = { id: 3, token: 'a', bytes: [97], logprob: -0.5 };
    expect(readLlamaCppProbabilities([{ ...entry, top_logprobs: [entry] }])).toMatchObject([
      { tokenId: 3, text: 'a', bytes: [97], logprob: -0.5, top: [{ tokenId: 3, logprob: -0.5 }] },
    ]);
  });

  it('probabilities after the samplers are tokens without a value, never log-probabilities', () => {
    const read = readLlamaCppProbabilities([
      { id: 3, token: 'a', bytes: [97], prob: 0.9, top_probs: [{ id: 3, token: 'a', bytes: [97], prob: 0.9 }] },
    ]);
    expect(read).toMatchObject([{ tokenId: 3, logprob: null, top: [{ tokenId: 3, logprob: null }] }]);
  });

  it('of TGI have their alternatives in a list beside them', () => {
    const read = readTgiTokens(
      [
        { id: 1, text: '<s>', logprob: null },
        { id: 2, text: 'a', logprob: -0.5 },
      ],
      [[], [{ id: 2, text: 'a', logprob: -0.5 }]],
    );
    expect(read).toMatchObject([
      { logprob: null, top: [] },
      { logprob: -0.5, top: [{ tokenId: 2 }] },
    ]);
  });

  it('ids of tokens are all known, or not known at all', () => {
    const [known] = readTgiTokens([{ id: 1, text: 'a', logprob: -1 }], null) ?? [];
    expect(idsOfTokens([known])).toEqual([1]);
    expect(idsOfTokens([known, { ...known, tokenId: null }])).toBeNull();
    expect(idsOfTokens([])).toBeNull();
  });
});
