import { describe, expect, it } from 'vitest';
import { createSplitPolicy, flashMlaCuts } from '../../../engine/model/split-policy.ts';

/** Splits of request 0, or [least, most] over the batch, and the number of distinct cut patterns; all requests alike. */
interface Golden {
  readonly name: string;
  readonly blocks: number;
  readonly parts: number;
  readonly rows: readonly (readonly [batch: number, splits: number | readonly [number, number], patterns: number])[];
}

// Source: specification section 11.4, verified there by recomputation.
// prettier-ignore
const TABLES: readonly Golden[] = [
  { name: 'V4-Flash CSA', blocks: 10, parts: 132, rows: [[1, 10, 1], [2, 10, 1], [4, 10, 1], [8, 10, 1], [16, 5, 1], [24, 4, 1], [32, 3, 1], [48, 2, 1], [64, [2, 3], 3], [96, 1, 1], [128, 1, 1], [192, [1, 2], 2], [256, 1, 1]] },
  { name: 'V4-Pro CSA', blocks: 18, parts: 66, rows: [[1, 18, 1], [2, 18, 1], [4, 9, 1], [8, 6, 1], [16, 3, 1], [24, 2, 1], [32, [2, 3], 7], [48, 2, 3], [64, 1, 1], [96, [1, 2], 2], [128, 1, 1], [192, 1, 1], [256, 1, 1]] },
  { name: 'V3.2', blocks: 32, parts: 66, rows: [[1, 32, 1], [2, 16, 1], [4, 11, 1], [8, 7, 1], [16, 4, 1], [24, 3, 2], [32, 2, 1], [48, 2, 3], [64, 1, 1], [96, [1, 2], 2], [128, 1, 1]] },
  { name: 'window only', blocks: 2, parts: 132, rows: [[1, 2, 1], [16, 2, 1], [24, 1, 1], [256, 1, 1]] },
  { name: 'HCA at 1M', blocks: 130, parts: 132, rows: [[1, 65, 1], [2, 44, 1], [4, 26, 1], [8, 15, 1], [16, [8, 9], 12], [24, 6, 3], [32, 4, 1], [48, [3, 4], 3], [64, 2, 1], [96, [2, 3], 11], [128, 1, 1], [192, [1, 2], 13], [256, [1, 2], 17]] },
];

describe('FlashMLA’s scheduler', () => {
  for (const { name, blocks, parts, rows } of TABLES)
    it.each(rows)(`${name}: batch %i gives %o splits in %i patterns`, (batch, splits, patterns) => {
      const cuts = flashMlaCuts(new Array<number>(batch).fill(blocks), parts, 5);
      const counts = cuts.map((c) => c.length + 1);
      const [least, most] = typeof splits === 'number' ? [splits, splits] : splits;
      expect([Math.min(...counts), Math.max(...counts)]).toEqual([least, most]);
      expect(new Set(cuts.map(String)).size).toBe(patterns);
    });

  it.each([
    [16, 10, 132, [[2, 4, 6, 8]]],
    [24, 10, 132, [[3, 6, 9]]],
    [64, 10, 132, [[8], [1, 9], [2]]],
    [32, 18, 66, [[12], [1, 13], [2, 14], [3, 15], [4, 16], [5, 17], [6]]],
    [48, 18, 66, [[17], [11], [5]]],
    [16, 32, 66, [[9, 18, 27]]],
    [32, 32, 66, [[18]]],
  ])('batch %i of %i blocks on %i parts is cut at the golden positions, by row', (batch, blocks, parts, wanted) => {
    const cuts = flashMlaCuts(new Array<number>(batch).fill(blocks), parts, 5);
    expect(cuts.slice(0, wanted.length)).toEqual(wanted);
  });

  it('cuts the same request in other places when its batch mates change', () => {
    const policy = createSplitPolicy({ kind: 'flashmla', multiprocessors: 8, overhead: 1 });
    const request = { window: 16, compressed: 64 };
    const [alone] = policy.cuts([request], 8);
    const [inBatch] = policy.cuts(new Array(8).fill(request) as (typeof request)[], 8);
    expect(inBatch).not.toEqual(alone);
  });
});

describe('batch-invariant policies', () => {
  it('none never cuts, fixed cuts by the request alone', () => {
    const mates = [
      { window: 16, compressed: 64 },
      { window: 3, compressed: 0 },
    ];
    expect(createSplitPolicy({ kind: 'none' }).cuts(mates, 8)).toEqual([[], []]);
    const fixed = createSplitPolicy({ kind: 'fixed', splits: 4 });
    expect(fixed.cuts(mates, 8)[0]).toEqual([3, 6, 9]);
    expect(fixed.cuts([mates[0]], 8)[0]).toEqual(fixed.cuts(mates, 8)[0]);
  });
});
