/**
 * Sums, means and quantiles in a written-down order.
 * @module
 */

/** Left to right, in float64. */
function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** @throws RangeError when there are no values */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError('mean: expected at least one value, got none');
  return sum(values) / values.length;
}

/** A sorted float64 copy, ascending. */
export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/**
 * The quantile by linear interpolation between order statistics (numpy's default, type 7).
 *
 * @param sorted - ascending, at least one value
 * @param share - 0 .. 1
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0 || !(share >= 0 && share <= 1)) {
    throw new RangeError(`quantile: expected values and a share in 0..1, got ${sorted.length} values and ${share}`);
  }
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index];
  const high = sorted[Math.min(index + 1, sorted.length - 1)];
  return low + (high - low) * (position - index);
}
