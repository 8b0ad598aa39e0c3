/**
 * Bootstrap intervals from a given matrix of resampled indices, so that anyone can compute them again.
 *
 * What is resampled are clusters (cases), not samples: positions of one case are not independent.
 * With few clusters (below about 10) a bootstrap interval is too short; fewer than two give none.
 * Source: leakage-and-statistics.md 6.3; golden: bootstrap_fixed_indices.json.
 * @module
 */
import { sampleVariance } from './mean-difference.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import type { Interval } from './proportion.ts';
import { ascending, mean, quantileOfSorted } from './quantile.ts';

/** A number computed from the clusters with these indices (one may occur several times). */
export type ClusterStatistic = (indices: ArrayLike<number>) => number;

/** Row-major [replicates, count] indices below `count`. */
export interface Resamples {
  readonly count: number;
  readonly replicates: number;
  readonly indices: Uint32Array;
}

/**
 * Draws the index matrix, row by row; each row ascending.
 *
 * Ascending: a resample that is a permutation of the data adds up in the data's own order and ties exactly with the
 * estimate. BCa counts ties; rounding must not decide them.
 *
 * @param next - uniform in [0, 1)
 */
export function drawResamples({
  count,
  replicates,
  next,
}: {
  count: number;
  replicates: number;
  next: () => number;
}): Resamples {
  const indices = new Uint32Array(count * replicates);
  // sorted by counting: how often each index was drawn says the whole ascending row
  const times = new Uint32Array(count);
  for (let row = 0, at = 0; row < replicates; row++) {
    times.fill(0);
    for (let i = 0; i < count; i++) times[Math.min(count - 1, Math.floor(next() * count))]++;
    for (let index = 0; index < count; index++) for (let left = times[index]; left > 0; left--) indices[at++] = index;
  }
  return { count, replicates, indices };
}

/**
 * The mean over all samples of the clusters drawn: for prompts with several samples each, which are not independent.
 *
 * @param clusters - the samples of each prompt, none empty
 */
export function clusteredMean(clusters: readonly ArrayLike<number>[]): ClusterStatistic {
  if (clusters.some(({ length }) => length === 0)) {
    throw new RangeError('clusteredMean: expected samples in every cluster, got an empty one');
  }
  const means = clusters.map((samples) => ({ mean: mean(samples), count: samples.length }));
  return (indices) => {
    let [total, count] = [0, 0];
    for (let i = 0; i < indices.length; i++) {
      const cluster = means[indices[i]];
      total += cluster.mean * cluster.count;
      count += cluster.count;
    }
    return total / count;
  };
}

/** The statistic of every resample, in order. */
export function bootstrapReplicates(resamples: Resamples, statistic: ClusterStatistic): Float64Array {
  const { count, replicates, indices } = resamples;
  return Float64Array.from({ length: replicates }, (_, row) =>
    statistic(indices.subarray(row * count, (row + 1) * count)),
  );
}

/** The plain percentile interval. */
export function percentileInterval(replicates: ArrayLike<number>, confidence: number): Interval {
  const sorted = ascending(replicates);
  const outside = (1 - confidence) / 2;
  return { low: quantileOfSorted(sorted, outside), high: quantileOfSorted(sorted, 1 - outside) };
}

/** The basic (reflected) interval: 2 estimate - the percentiles, ends exchanged. */
export function basicInterval(replicates: ArrayLike<number>, estimate: number, confidence: number): Interval {
  const { low, high } = percentileInterval(replicates, confidence);
  return { low: 2 * estimate - high, high: 2 * estimate - low };
}

/** The standard error: the standard deviation (ddof 1) of the replicates. */
export const bootstrapStandardError = (replicates: ArrayLike<number>): number => Math.sqrt(sampleVariance(replicates));

/**
 * The bias-corrected and accelerated (BCa) interval; the percentile interval where BCa is not defined (all replicates
 * on one side of the estimate, or a jackknife without spread).
 *
 * @returns null when there are fewer than two clusters
 */
export function bootstrapInterval({
  resamples,
  statistic,
  confidence,
}: {
  resamples: Resamples;
  statistic: ClusterStatistic;
  confidence: number;
}): Interval | null {
  if (resamples.count < 2 || resamples.replicates < 1) return null;
  const replicates = bootstrapReplicates(resamples, statistic);
  const everything = Uint32Array.from({ length: resamples.count }, (_, i) => i);
  const bias = biasCorrection(replicates, statistic(everything));
  const acceleration = jackknifeAcceleration(everything, statistic);
  if (!Number.isFinite(bias) || acceleration === null) return percentileInterval(replicates, confidence);
  const zLow = bias + normalQuantile((1 - confidence) / 2);
  const zHigh = bias + normalQuantile((1 + confidence) / 2);
  // With an extreme skewness of few clusters the correction has a pole: beyond it the order of the ends is lost.
  if (acceleration * zLow >= 1 || acceleration * zHigh >= 1) return percentileInterval(replicates, confidence);
  const sorted = ascending(replicates);
  const at = (z: number): number => quantileOfSorted(sorted, normalCdf(bias + z / (1 - acceleration * z)));
  return { low: at(zLow), high: at(zHigh) };
}

/** z0: how far the estimate is from the middle of the replicates; ties count half. */
function biasCorrection(replicates: Float64Array, estimate: number): number {
  let halves = 0;
  for (const value of replicates) halves += (value < estimate ? 1 : 0) + (value <= estimate ? 1 : 0);
  return normalQuantile(halves / (2 * replicates.length));
}

/** a: from the skewness of the leave-one-out values; null when they are all equal. */
function jackknifeAcceleration(everything: Uint32Array, statistic: ClusterStatistic): number | null {
  const count = everything.length;
  const values = Float64Array.from(everything, (left) => statistic(everything.filter((i) => i !== left)));
  let total = 0;
  for (const value of values) total += value;
  const centre = total / count;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    const influence = (count - 1) * (centre - value);
    squares += influence * influence;
    cubes += influence * influence * influence;
  }
  if (!(squares > 0)) return null;
  return cubes / (6 * squares * Math.sqrt(squares));
}
