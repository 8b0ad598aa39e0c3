/**
 * Ranks from 1, equal values sharing the mean of their ranks (midranks).
 * @module
 */

export interface Ranks {
  /** In the order given. */
  readonly ranks: Float64Array;
  /** Sizes of the groups of equal values, in ascending order of the values; groups of one included. */
  readonly groups: readonly number[];
}

/** @throws RangeError when a value is NaN: it has no rank */
export function rank(values: ArrayLike<number>): Ranks {
  const order = Array.from({ length: values.length }, (_, index) => index).sort((i, j) => {
    const [a, b] = [values[i], values[j]];
    return a < b ? -1 : a > b ? 1 : i - j;
  });
  const ranks = new Float64Array(values.length);
  const groups: number[] = [];
  for (let start = 0; start < order.length;) {
    const value = values[order[start]];
    if (Number.isNaN(value)) throw new RangeError('rank: expected numbers, got NaN');
    let end = start + 1;
    while (end < order.length && values[order[end]] === value) end++;
    // ranks start + 1 .. end
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    groups.push(end - start);
    start = end;
  }
  return { ranks, groups };
}

/** Sum of t³ - t over groups of equal values: what ties take from the variance of ranks. */
export function tieSum(groups: readonly number[]): number {
  let total = 0;
  for (const size of groups) total += size * size * size - size;
  return total;
}
