import { describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';
import { canaryText, distinctCanaries } from '../../../perturbations/requests/canary.ts';

describe('canaries', () => {
  it('have words for the bits asked: 7 each, beside a number of 13.3', () => {
    const words = (bits: number): number => canaryText(createRng('c'), bits).split(' ').length - 1;
    expect([24, 40, 42, 128].map(words)).toEqual([2, 4, 5, 17]);
  });

  it('of one size have equally many bytes', () => {
    const canaries = distinctCanaries(
      createRng('c'),
      Array.from({ length: 200 }, (_, index) => String(index)),
      40,
    );
    expect(new Set(canaries.map((canary) => canary.length))).toEqual(new Set([24]));
    expect(new Set(canaries).size).toBe(200);
  });

  it('depend on their label and not on the others', () => {
    const rng = createRng('c');
    expect(distinctCanaries(rng, ['a', 'b'], 40)[1]).toBe(distinctCanaries(rng, ['b'], 40)[0]);
  });

  it('are drawn again when two collide', () => {
    expect(new Set(distinctCanaries(createRng('c'), ['a', 'a', 'a'], 24)).size).toBe(3);
  });
});
