import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenLogprobs, compare } from '../../../suites/pairing/index.ts';
import { createShelf } from '../../support/observations.ts';

const shelf = createShelf();
/** Multiples of 2^-10: sums and differences are exact. */
const logprob = fc.integer({ min: -8000, max: 0 }).map((value) => value / 1024);
const output = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), logprob), { minLength: 1, maxLength: 12 });
type Output = readonly (readonly [number, number])[];

const between = (reference: Output, level: Output) => {
  const request = (one: Output) =>
    shelf.request({ tokenIds: one.map(([tokenId]) => tokenId), logprobs: one.map(([, value]) => value) });
  const one = chosenLogprobs(
    compare({ unitId: 'u', caseId: 'c', requestId: 'r', reference: request(reference), level: request(level) }),
  );
  if (one === null) throw new Error('both sides have log-probabilities');
  return one;
};

describe('log-probabilities of chosen tokens', () => {
  it('an output against itself is equal, and differs by zero at every position', () => {
    fc.assert(
      fc.property(output, (one) => {
        expect(between(one, one)).toEqual({ differences: one.map(() => 0), unavailable: 0, equal: true });
      }),
    );
  });

  it('a shift by a constant is that constant at every position', () => {
    fc.assert(
      fc.property(output, fc.integer({ min: 1, max: 999 }), (one, steps) => {
        const c = -steps / 1024;
        const shifted = one.map(([tokenId, value]) => [tokenId, value + c] as const);
        expect(between(one, shifted)).toEqual({ differences: one.map(() => c), unavailable: 0, equal: false });
      }),
    );
  });

  it('the other way round every difference has the other sign', () => {
    fc.assert(
      fc.property(output, output, (a, b) => {
        const [there, back] = [between(a, b), between(b, a)];
        expect(back.differences.map((value) => 0 - value)).toEqual(there.differences.map((value) => value + 0));
        expect(back.equal).toBe(there.equal);
      }),
    );
  });

  it('what comes at and after the first differing token changes nothing', () => {
    fc.assert(
      fc.property(output, output, output, (same, a, b) => {
        const [first, second] = [between([...same, [4, -1], ...a], [...same, [5, -2], ...b]), between(same, same)];
        expect(first).toEqual({ differences: second.differences, unavailable: 0, equal: false });
      }),
    );
  });
});
