import { describe, expect, it } from 'vitest';
import { scoreDifferences } from '../../../suites/drift/scores.ts';
import { createShelf, type RequestSpec } from '../../support/observations.ts';

function pairOf(reference: RequestSpec, level: RequestSpec) {
  const shelf = createShelf();
  return {
    unitId: 'u',
    caseId: 'case-1',
    requestId: 'r1',
    reference: shelf.request(reference),
    level: shelf.request(level),
  };
}

describe('score differences', () => {
  it('leave out a value that is unavailable on a side, and never take it for zero', () => {
    const pair = pairOf({ logprobs: [-1, null, -3] }, { scored: { forcedLogprobs: [-1.5, -2, null] } });
    expect(scoreDifferences(pair, 'forced-output')).toEqual([-0.5]);
  });

  it('are none where the lists have other lengths: the positions are others', () => {
    const pair = pairOf({ logprobs: [-1, -2] }, { scored: { forcedLogprobs: [-1] } });
    expect(scoreDifferences(pair, 'forced-output')).toEqual([]);
  });

  it('compare prompts and output only behind the same prompt', () => {
    const side = (logprob: number): RequestSpec => ({
      tokenIds: [1],
      logprobs: [logprob],
      scored: { promptLogprobs: [logprob] },
    });
    const same = pairOf(side(-1), side(-2));
    const other = pairOf(side(-1), { ...side(-2), promptText: 'another' });
    for (const context of ['prompt-positions', 'same-history-output'] as const) {
      expect(scoreDifferences(same, context)).toEqual([-1]);
      expect(scoreDifferences(other, context)).toEqual([]);
    }
  });

  it('end where the outputs part: neither the token that differs nor what follows is compared', () => {
    const pair = pairOf(
      { tokenIds: [1, 2, 3], logprobs: [-1, -1, -1] },
      { tokenIds: [1, 5, 3], logprobs: [-2, -3, -4] },
    );
    expect(scoreDifferences(pair, 'same-history-output')).toEqual([-1]);
  });
});
