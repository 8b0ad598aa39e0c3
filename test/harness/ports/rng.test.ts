import { describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';

describe('createRng', () => {
  it('gives the same numbers for the same seed on every platform', () => {
    const rng = createRng('evenkeel');
    const first = [rng.next(), rng.next(), rng.next()];
    expect(first).toEqual(FIRST_OF_EVENKEEL);
  });

  it.each([
    ['7', '77'],
    ['ab', 'abab'],
    ['é', '\u01e9'],
    ['\\u00e9', 'é'],
    ['', ':'],
  ])('keeps seeds %j and %j apart, which seedrandom alone confuses', (a, b) => {
    expect(createRng(a).next()).not.toBe(createRng(b).next());
  });

  it('draws integers below the bound and refuses a bound that is none', () => {
    const rng = createRng('dice');
    const seen = new Set(Array.from({ length: 300 }, () => rng.integer(6)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rng.integer(1)).toBe(0);
    for (const bound of [0, -1, 1.5, Number.NaN]) expect(() => rng.integer(bound)).toThrow(RangeError);
  });

  it('forks by label like a path', () => {
    expect(createRng('s').fork('a').fork('b').next()).toBe(createRng('s/a/b').next());
  });
});

// Pinned: a change of these moves every choice of every stored plan.
const FIRST_OF_EVENKEEL = [0.8212364874298008, 0.4312480657417287, 0.4805120621393751];
