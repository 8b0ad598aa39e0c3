/**
 * Distances of two samples of numbers, from their empirical distribution functions F and G.
 *
 *   Wasserstein-1    integral |F - G|, in the unit of the values
 *   energy distance  sqrt(2 integral (F - G)²) = sqrt(2E|X-Y| - E|X-X'| - E|Y-Y'|), the V-statistic
 *
 * Source: leakage-and-statistics.md 6.6; Székely and Rizzo (2013); golden: distances_1d.json.
 * @module
 */
import { ascending } from './quantile.ts';

export const wasserstein1 = (x: ArrayLike<number>, y: ArrayLike<number>): number => integrate(x, y, Math.abs);

export const energyDistance = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Math.sqrt(2 * integrate(x, y, (difference) => difference * difference));

/** The integral of a function of F - G over the line. */
function integrate(x: ArrayLike<number>, y: ArrayLike<number>, of: (difference: number) => number): number {
  if (x.length === 0 || y.length === 0) {
    throw new RangeError(`sample distance: expected values in both samples, got ${x.length} and ${y.length}`);
  }
  const [first, second] = [ascending(x), ascending(y)];
  const all = ascending([...first, ...second]);
  if (!Number.isFinite(all[0]) || !Number.isFinite(all[all.length - 1])) {
    throw new RangeError('sample distance: expected finite values');
  }
  let [i, j, total] = [0, 0, 0];
  for (let k = 0; k + 1 < all.length; k++) {
    while (i < first.length && first[i] <= all[k]) i++;
    while (j < second.length && second[j] <= all[k]) j++;
    total += of(i / first.length - j / second.length) * (all[k + 1] - all[k]);
  }
  return total;
}
