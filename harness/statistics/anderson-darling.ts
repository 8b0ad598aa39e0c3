/**
 * The Anderson-Darling statistic of k samples, standardised: (A² - (k - 1)) / sd(A²), with midranks for ties.
 *
 *   A² = (N - 1)/N sum over samples 1/n_i sum over distinct values l_j/N (N M_ij - n_i B_j)²/(B_j (N - B_j) - N l_j/4)
 *
 * l_j: how often value j occurs; B_j and M_ij: values below it plus half of those equal, in all and in sample i.
 * More sensitive in the tails than Kolmogorov-Smirnov. Large = different.
 * Source: Scholz and Stephens (1987), equations 5 to 7; golden: distances_1d.json.
 * @module
 */
import { ascending } from './quantile.ts';

/** @param samples - at least two, none empty, at least 4 values in all, not all equal */
export function andersonDarling(samples: readonly ArrayLike<number>[]): number {
  const sorted = samples.map((sample) => ascending(sample));
  const pooled = ascending(sorted.flatMap((sample) => [...sample]));
  const total = pooled.length;
  if (sorted.length < 2 || total < 4 || sorted.some((sample) => sample.length === 0)) {
    throw new RangeError(`andersonDarling: expected two samples or more, 4 values in all, got ${total} values`);
  }
  if (!(pooled[0] < pooled[total - 1]) || !Number.isFinite(pooled[0]) || !Number.isFinite(pooled[total - 1])) {
    throw new RangeError('andersonDarling: expected finite values that are not all equal');
  }
  const values = [...new Set(pooled)];
  const all = values.map((value) => placeOf(pooled, value));
  let statistic = 0;
  for (const sample of sorted) {
    let inner = 0;
    values.forEach((value, j) => {
      const { below, equal } = all[j];
      const b = below + equal / 2;
      const own = placeOf(sample, value);
      const difference = total * (own.below + own.equal / 2) - sample.length * b;
      inner += ((equal / total) * difference * difference) / (b * (total - b) - (total * equal) / 4);
    });
    statistic += inner / sample.length;
  }
  statistic *= (total - 1) / total;
  const sizes = sorted.map((sample) => sample.length);
  return (statistic - (sizes.length - 1)) / Math.sqrt(varianceOf(sizes, total));
}

/** Var(A²) under H0. */
function varianceOf(sizes: readonly number[], total: number): number {
  const k = sizes.length;
  const inverses = sizes.reduce((sum, size) => sum + 1 / size, 0);
  let h = 0;
  let g = 0;
  // h = sum 1/i for i < N;  g = sum over i < j < N of 1/((N - i) j)
  for (let i = total - 1; i >= 1; i--) {
    g += h / (total - i);
    h += 1 / i;
  }
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverses;
  const b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverses - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverses + 4 * h;
  const d = (2 * h + 6) * k * k - 4 * h * k;
  return (((a * total + b) * total + c) * total + d) / ((total - 1) * (total - 2) * (total - 3));
}

/** How many values of a sorted sample are below, and equal to, a value. */
function placeOf(sorted: Float64Array, value: number): { below: number; equal: number } {
  const below = firstIndex(sorted, (other) => other >= value);
  return { below, equal: firstIndex(sorted, (other) => other > value) - below };
}

function firstIndex(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
