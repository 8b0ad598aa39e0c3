import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';

describe('createRng, for all seeds and labels', () => {
  it('gives a fork that depends neither on draws nor on the order of forks', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.nat(5), (seed, label, other, draws) => {
        const plain = createRng(seed).fork(label).next();
        const used = createRng(seed);
        for (let draw = 0; draw < draws; draw++) used.next();
        used.fork(other).next();
        expect(used.fork(label).next()).toBe(plain);
      }),
    );
  });

  it('gives different seeds different numbers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a !== b);
        expect(createRng(a).next()).not.toBe(createRng(b).next());
      }),
    );
  });

  it('shuffles a copy that holds the same items', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = createRng(seed).shuffle(items);
        expect(items).toEqual(before);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b));
      }),
    );
  });

  it('draws in [0, 1)', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const rng = createRng(seed);
        for (let draw = 0; draw < 20; draw++) {
          const value = rng.next();
          expect(value >= 0 && value < 1).toBe(true);
        }
      }),
    );
  });
});
