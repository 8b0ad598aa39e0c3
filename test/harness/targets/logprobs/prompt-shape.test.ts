import { expect, it } from 'vitest';
import { readPromptLogprobs } from '../../../../harness/targets/logprobs/index.ts';

const list = [
  null,
  { '9': { logprob: -0.5, rank: 1, decoded_token: 'a' } },
  { '5': { logprob: -0.1, rank: 1, decoded_token: 'x' }, '300': { logprob: -7, rank: 12, decoded_token: 'b' } },
];

it('the prompt’s own token is found by its id, whatever the order of the keys', () => {
  const read = readPromptLogprobs(list, [4, 9, 300]);
  expect(read?.map(({ tokenId, logprob, rank }) => [tokenId, logprob, rank])).toEqual([
    [4, null, null],
    [9, -0.5, 1],
    [300, -7, 12],
  ]);
  expect(read?.[2].top.map(({ tokenId }) => tokenId)).toEqual([5, 300]);
});

it('without the prompt’s ids only a lone entry is taken, and nothing is guessed', () => {
  expect(readPromptLogprobs(list, null)?.map(({ logprob }) => logprob)).toEqual([null, -0.5, null]);
});

it.each([undefined, null, {}, 'x'])('%j is no list of prompt scores', (value) => {
  expect(readPromptLogprobs(value, null)).toBeNull();
});
