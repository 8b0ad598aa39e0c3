import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ddmin } from '../../../harness/diagnose/ddmin.ts';
import { shrink } from '../../../harness/diagnose/index.ts';

const size = 14;
const everything = Array.from({ length: size }, (_, i) => i);

/** Fails with any superset of one of the causes. */
const monotone = fc
  .array(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 5 }), { minLength: 1, maxLength: 4 })
  .map(
    (causes) =>
      (list: readonly number[]): boolean =>
        causes.some((cause) => cause.every((i) => list.includes(i))),
  );

/** Fails for the whole list, and for others as a hash says. */
const arbitrary = fc
  .tuple(fc.integer(), fc.integer({ min: 2, max: 6 }))
  .map(([seed, rarity]) => (list: readonly number[]): boolean => {
    if (list.length === size) return true;
    let hash = seed;
    for (const i of list) hash = (Math.imul(hash ^ i, 0x9e3779b1) ^ (hash >>> 15)) | 0;
    return Math.abs(hash) % rarity === 0;
  });

it('returns a failing list that is 1-minimal, in the order given, the same each time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(monotone, arbitrary), async (fails) => {
      let tests = 0;
      const test = (list: readonly number[]): Promise<boolean> => {
        tests++;
        return Promise.resolve(fails(list));
      };
      const found = await ddmin(everything, test);
      expect(tests).toBeLessThanOrEqual(size * size + 3 * size + 1);
      expect(fails(found)).toBe(true);
      for (const left of found) expect(fails(found.filter((i) => i !== left))).toBe(false);
      expect([...found].sort((a, b) => a - b)).toEqual(found);
      expect(await ddmin(everything, test)).toEqual(found);
    }),
    { numRuns: 500 },
  );
});

it('shrinks in stages to a 1-minimal set whose first stage stays to blame', async () => {
  const elements = everything.map((i) => ({ id: String(i), stage: i % 3 }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(monotone, arbitrary), async (fails) => {
      const asNumbers = (kept: readonly { id: string }[]): number[] => kept.map(({ id }) => Number(id));
      const { kept, minimality } = await shrink({
        elements,
        budget: 100_000,
        probe: (list) => Promise.resolve({ outcome: fails(asNumbers(list)) ? 'differs' : 'equal', trials: 1 }),
      });
      expect(minimality).toBe('one-minimal');
      expect(fails(asNumbers(kept))).toBe(true);
      const without = (list: typeof kept, left: (typeof kept)[number]) => list.filter((one) => one !== left);
      const needed = (list: typeof kept): boolean =>
        list.every((one) => one.stage > 0 || !fails(asNumbers(without(list, one))));
      expect(needed(kept)).toBe(true);
      for (const left of kept) {
        const rest = without(kept, left);
        // gone, or with another cause
        expect(fails(asNumbers(rest)) && (left.stage === 0 || needed(rest))).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});

it('with too small a budget gives the smallest failing set that it has seen, and does not call it minimal', async () => {
  const elements = everything.map((i) => ({ id: String(i), stage: 0 }));
  await fc.assert(
    fc.asyncProperty(monotone, fc.integer({ min: 1, max: 20 }), async (fails, budget) => {
      const asNumbers = (kept: readonly { id: string }[]): number[] => kept.map(({ id }) => Number(id));
      const { kept, minimality, probes } = await shrink({
        elements,
        budget,
        probe: (list) => Promise.resolve({ outcome: fails(asNumbers(list)) ? 'differs' : 'equal', trials: 1 }),
      });
      expect(probes).toBeLessThanOrEqual(budget);
      expect(fails(asNumbers(kept))).toBe(true);
      if (minimality === 'one-minimal')
        for (const left of kept) expect(fails(asNumbers(kept.filter((one) => one !== left)))).toBe(false);
    }),
    { numRuns: 200 },
  );
});
