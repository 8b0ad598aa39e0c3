import { describe, expect, it } from 'vitest';
import { createRng } from '../../../harness/ports/index.ts';
import { profileSettings } from '../../../harness/schema/index.ts';
import { profileCells, visitOrder } from '../../../suites/profile/index.ts';

const names = (n: number): string[] => Array.from({ length: n }, (_, index) => `cell-${index}`);
const order = (n: number, rounds: number, seed = 'order'): string[][] => visitOrder(names(n), rounds, createRng(seed));

describe('the cells of a profile', () => {
  it('are all combinations, each with an id of its own, lengths ascending within a curve', () => {
    const settings = profileSettings.parse({
      contextLengths: [32, 16],
      precisions: ['f32', 'w8a8'],
      batches: [1, 4],
      tiers: ['none', 'hot'],
    });
    const cells = profileCells(settings);
    expect(cells).toHaveLength(16);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(16);
    expect(cells.slice(0, 2).map(({ id }) => id)).toEqual(['f32-b1-none-c16', 'f32-b1-none-c32']);
  });
});

describe('the order of visits', () => {
  it.each([1, 2, 3, 5, 6, 12])('visits each of %i cells once a round', (n) => {
    for (const round of order(n, 2 * n + 1)) expect(round.toSorted()).toEqual(names(n).toSorted());
  });

  it.each([4, 6, 5])('puts each of %i cells equally often at every place, and behind every other', (n) => {
    const rounds = n % 2 === 0 ? n : 2 * n;
    const places = new Map<string, number>();
    const follows = new Map<string, number>();
    const add = (map: Map<string, number>, key: string): unknown => map.set(key, (map.get(key) ?? 0) + 1);
    for (const round of order(n, rounds))
      round.forEach((cell, place) => {
        add(places, `${cell} at ${place}`);
        if (place > 0) add(follows, `${round[place - 1]} then ${cell}`);
      });
    expect([...places.values()]).toEqual(Array.from({ length: n * n }, () => rounds / n));
    expect([...follows.values()]).toEqual(Array.from({ length: n * (n - 1) }, () => rounds / n));
  });

  it('never gives a cell one place twice in fewer rounds than there are cells', () => {
    const rounds = order(8, 5);
    for (let place = 0; place < 8; place++) expect(new Set(rounds.map((round) => round[place])).size).toBe(5);
  });

  it('follows from the seed alone', () => {
    expect(order(6, 8)).toEqual(order(6, 8));
    expect(order(6, 8)).not.toEqual(order(6, 8, 'another'));
  });
});
