import { describe, expect, it } from 'vitest';
import { attribute } from '../../../harness/diagnose/index.ts';
import { createRng } from '../../../harness/ports/index.ts';

const rng = createRng('attribute');
const factors = (count: number) =>
  Array.from({ length: count }, (_, j) => ({ id: String.fromCharCode(97 + j), label: `factor ${j}` }));

describe('attribution', () => {
  it('gives two factors that act only together half each, and shows their interaction', async () => {
    const found = await attribute({
      factors: factors(4),
      cases: 3,
      response: 'a test',
      rng,
      probe: (present) => Promise.resolve(present.has('b') && present.has('d') ? 1 : 0),
    });
    expect(found).toMatchObject({ design: 'full', cells: 16, cases: 3 });
    const values = found!.factors.map(({ share }) => (share.kind === 'measured' ? share.value : Number.NaN));
    for (const [j, expected] of [0, 0.5, 0, 0.5].entries()) expect(values[j]).toBeCloseTo(expected, 12);
    expect(found!.effects.map((effect) => effect.factors)).toContainEqual(['b', 'd']);
    expect(found!.effects.every(({ share }) => Math.abs(share - 1 / 3) < 1e-9)).toBe(true);
  });

  it('sums to 1, with intervals over cases that hold the estimate', async () => {
    const found = await attribute({
      factors: factors(3),
      cases: 8,
      response: 'a test',
      rng,
      probe: (present, index) => Promise.resolve((present.has('a') ? 3 + (index % 3) : 0) + (present.has('b') ? 1 : 0)),
    });
    const shares = found!.factors.map(({ share }) => share);
    let sum = 0;
    for (const share of shares) {
      if (share.kind !== 'measured') throw new Error('not measured');
      sum += share.value;
      expect(share.low!).toBeLessThanOrEqual(share.value);
      expect(share.high!).toBeGreaterThanOrEqual(share.value);
    }
    expect(sum).toBeCloseTo(1, 12);
    expect(found!.effects[0]).toMatchObject({ factors: ['a'] });
    expect(found!.effects[0].pValue).toBeLessThan(0.001);
  });

  it('takes a fraction for many factors: main effects clear of interactions of two, which name their aliases', async () => {
    let cells = 0;
    const found = await attribute({
      factors: factors(8),
      cases: 1,
      response: 'a test',
      rng,
      probe: (present) => {
        cells++;
        return Promise.resolve(2 * Number(present.has('c')) + Number(present.has('a') === present.has('h')));
      },
    });
    expect([found!.design, cells]).toEqual(['fractional', 16]);
    expect(found!.effects).toHaveLength(2);
    // variances 1 and 1/4
    expect(found!.effects[0]).toMatchObject({ factors: ['c'], aliases: [] });
    expect(found!.effects[0].share).toBeCloseTo(0.8, 12);
    const pairs = [found!.effects[1].factors, ...found!.effects[1].aliases];
    expect(pairs).toContainEqual(['a', 'h']);
    expect(pairs).toHaveLength(4);
    expect(found!.factors.every(({ share, total }) => share.kind === 'not-measured' && total === null)).toBe(true);
  });

  it('has no share of nothing', async () => {
    const same = { cases: 2, response: 'a test', rng, probe: () => Promise.resolve(1) };
    expect(await attribute({ ...same, factors: factors(2) })).toBeNull();
    expect(await attribute({ ...same, factors: factors(9) })).toBeNull();
    await expect(attribute({ ...same, factors: [] })).rejects.toThrow('1 to 16 factors');
  });
});
