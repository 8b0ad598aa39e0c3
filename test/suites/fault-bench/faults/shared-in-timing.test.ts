import { describe, expect, it } from 'vitest';
import { parts } from '../../../../suites/fault-bench/faults/shared-in-timing.ts';
import { bitsOf, openSession, requestOf } from '../../../support/serving-runs.ts';

const OPTIONS = { pageTokens: 16, prefixCache: true } as const;

describe('the fault that shows in timing alone', () => {
  it('computes less for another salt, tells nobody, and changes no bit', () => {
    const faulty = openSession({ ...OPTIONS, parts });
    const right = openSession(OPTIONS);
    const runBoth = (cacheSalt: string) => {
      const request = requestOf('a', 1, 100, { cacheSalt });
      return [faulty, right].map((session) => session.run([request])[0]);
    };
    runBoth('owner');
    const before = [faulty.counters.hits, right.counters.hits];
    const [leaked, clean] = runBoth('other');
    expect(faulty.counters.hits - before[0]).toBe(1);
    expect(right.counters.hits - before[1]).toBe(0);
    expect(leaked.cachedTokens).toBe(0);
    expect(clean.cachedTokens).toBe(0);
    expect(bitsOf(leaked)).toBe(bitsOf(clean));
    expect(leaked.logprobs).toEqual(clean.logprobs);
    // it lies to the owner too
    const [own, told] = runBoth('owner');
    expect([own.cachedTokens, told.cachedTokens > 0]).toEqual([0, true]);
  });
});
