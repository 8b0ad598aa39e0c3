import { describe, expect, it } from 'vitest';
import {
  createDistribution,
  klNats,
  largestIndex,
  logSoftmax,
  maxAbsLogprobDiff,
  type Distribution,
} from '../../../harness/statistics/index.ts';

function distributionOf(logits: readonly number[]): Distribution {
  const out = createDistribution(logits.length);
  expect(logSoftmax(logits, out)).toBe(true);
  return out;
}

describe('log-probabilities and their distances', () => {
  it('gives the hand-computed probabilities of 1 to 3', () => {
    const { probs, logProbs } = distributionOf([Math.log(1), Math.log(3)]);
    expect(probs[0]).toBeCloseTo(0.25, 15);
    expect(logProbs[1]).toBeCloseTo(Math.log(0.75), 15);
  });

  it('does not overflow: logits of a thousand are the same as logits of zero', () => {
    expect(distributionOf([1000, 1000]).probs[0]).toBe(0.5);
  });

  it('gives the hand-computed KL of (1/2, 1/2) from (1/4, 3/4)', () => {
    const p = distributionOf([0, 0]);
    const q = distributionOf([0, Math.log(3)]);
    expect(klNats(p, q)).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 14);
    expect(maxAbsLogprobDiff(p, q)).toBeCloseTo(Math.log(2), 14);
  });

  it('gives exactly zero for the same row, and for a row that is shifted by a constant', () => {
    const p = distributionOf([0.5, -1.25, 3]);
    expect(klNats(p, distributionOf([0.5, -1.25, 3]))).toBe(0);
    expect(klNats(p, distributionOf([8.5, 6.75, 11]))).toBe(0);
  });

  it('takes a token that is masked in both rows as equal, and in one row only as infinitely far', () => {
    const masked = distributionOf([0, Number.NEGATIVE_INFINITY]);
    const open = distributionOf([0, 0]);
    expect(klNats(masked, masked)).toBe(0);
    expect(maxAbsLogprobDiff(masked, masked)).toBe(0);
    expect(klNats(masked, open)).toBeCloseTo(Math.log(2), 15);
    expect(klNats(open, masked)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([[[Number.NaN, 0]], [[0, Number.NaN]], [[Number.POSITIVE_INFINITY, 0]], [[-Infinity, -Infinity]]])(
    'says that %j is no distribution',
    (logits) => {
      expect(logSoftmax(logits, createDistribution(2))).toBe(false);
    },
  );

  it('breaks a tie of the largest logit by the lowest index', () => {
    expect(largestIndex([1, 5, 5, 2])).toBe(1);
    expect(largestIndex([Number.NaN, 5])).toBe(1);
  });
});
