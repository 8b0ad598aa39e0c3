import { describe, expect, it } from 'vitest';
import type { Exchange, RequestObservation } from '../../../harness/schema/index.ts';
import { pairLogprobDiff } from '../../../suites/determinism/first-divergence.ts';
import { compare } from '../../../suites/pairing/index.ts';
import { createShelf } from '../../support/observations.ts';

const exchange: Exchange = {
  route: 'chat',
  tokenSource: 'texts',
  tokenTexts: [],
  top: [],
  textCollisions: null,
  promptLogprobs: [],
  completionTokens: null,
  cachedTokens: null,
  finishReason: 'length',
  systemFingerprint: null,
  model: null,
  slot: null,
  truncated: null,
  startedMs: 0,
  finishedMs: 1,
  attempts: [{ status: 200, error: null, waitedMs: 0, durationMs: 1 }],
};

function answer(tokenTexts: readonly (string | null)[], logprobs: readonly (number | null)[] = []): RequestObservation {
  const shelf = createShelf();
  return {
    ...shelf.request({ tokenIds: [], text: tokenTexts.join('') }),
    logprobs: [...logprobs],
    exchange: { ...exchange, tokenTexts: [...tokenTexts] },
  };
}

const pair = (reference: RequestObservation, level: RequestObservation) =>
  compare({ unitId: 'u', caseId: 'c', requestId: 'r', reference, level });
const noLogits = (): never => {
  throw new Error('there are none');
};

describe('two answers of a server without token ids', () => {
  it('are compared by the texts of their tokens: equal text cut in another way is a difference', () => {
    expect(pair(answer(['ab', 'c']), answer(['a', 'bc']))).toMatchObject({
      tokensEqual: false,
      textEqual: true,
      firstTokenDiff: 0,
    });
    expect(pair(answer(['ab', 'c']), answer(['ab', 'c']))).toMatchObject({ tokensEqual: true, firstTokenDiff: null });
  });

  it('have no tokens to compare where one is unknown', () => {
    expect(pair(answer(['a', null]), answer(['a', null])).tokensEqual).toBeNull();
    expect(pair(answer([]), answer([])).tokensEqual).toBe(true);
  });

  it('are compared in log-probabilities up to before the first other token, without what is unavailable', () => {
    const reference = answer(['a', 'b', 'c'], [-1, null, -3]);
    expect(pairLogprobDiff(pair(reference, answer(['a', 'b', 'x'], [-1.25, -2, -9])), noLogits)).toBe(0.25);
    expect(pairLogprobDiff(pair(reference, answer(['x', 'b', 'c'], [-1, -2, -3])), noLogits)).toBeNull();
  });
});
