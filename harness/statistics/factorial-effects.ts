/**
 * Which configuration factor moves the response: variance shares of a full factorial design.
 *
 *   V(S)        variance, over cells, of E[y | factors in S]
 *   Shapley     Sh(j) = sum over S without j of |S|! (d - |S| - 1)!/d! (V(S + j) - V(S)) / V(all);  they sum to 1
 *   first order V(j)/V(all);   total order  1 - V(all but j)/V(all)
 *
 * Exact: d factors have 2^d subsets, and no sampling is needed. Cells weigh equally. Shapley effects share interactions among
 * their factors; total - first order says how much of a factor's share is interaction.
 * Source: leakage-and-statistics.md 6.9; Owen (2014); golden: factorial_anova.json.
 * @module
 */
import { bootstrapInterval, type Resamples } from './bootstrap.ts';
import type { Interval } from './proportion.ts';

/** 2^d subset variances over all cells: beyond this it is too much. */
const FACTORS_MAX = 16;

export interface FactorialEffects {
  /** V(all): the variance of the cell means. */
  readonly variance: number;
  /** One per factor; null when nothing varies: there is no share of nothing. */
  readonly shapley: readonly number[] | null;
  readonly firstOrder: readonly number[] | null;
  readonly total: readonly number[] | null;
}

/**
 * @param levels - number of levels of each factor
 * @param cells - mean response of each cell; the last factor changes fastest
 */
export function factorialEffects(levels: readonly number[], cells: ArrayLike<number>): FactorialEffects {
  const d = levels.length;
  const count = levels.reduce((product, level) => product * level, 1);
  if (
    d < 1 ||
    d > FACTORS_MAX ||
    levels.some((level) => !Number.isInteger(level) || level < 1) ||
    count !== cells.length
  ) {
    throw new RangeError(`factorialEffects: expected ${levels.join(' x ')} cells, got ${cells.length}`);
  }
  const variances = Array.from({ length: 2 ** d }, (_, subset) => subsetVariance(levels, cells, subset));
  const all = 2 ** d - 1;
  const variance = variances[all];
  if (!(variance > 0)) return { variance: 0, shapley: null, firstOrder: null, total: null };
  const weights = shapleyWeights(d);
  const shapley = levels.map((_, j) => {
    let share = 0;
    for (let subset = 0; subset <= all; subset++) {
      if ((subset >>> j) & 1) continue;
      share += weights[bitCount(subset)] * (variances[subset | (1 << j)] - variances[subset]);
    }
    return share / variance;
  });
  return {
    variance,
    shapley,
    firstOrder: levels.map((_, j) => variances[1 << j] / variance),
    total: levels.map((_, j) => 1 - variances[all ^ (1 << j)] / variance),
  };
}

/** Mean response of each cell over the blocks (prompts) with these indices. @param responses - [blocks][cells] */
export function cellMeans(responses: readonly ArrayLike<number>[], blocks: ArrayLike<number>): Float64Array {
  const means = new Float64Array(responses[0].length);
  for (let i = 0; i < blocks.length; i++) {
    const response = responses[blocks[i]];
    for (let cell = 0; cell < means.length; cell++) means[cell] += response[cell];
  }
  return means.map((total) => total / blocks.length);
}

/**
 * BCa intervals of the Shapley effects, by resampling blocks (prompts), which stay whole.
 *
 * @param responses - [blocks][cells]
 * @returns null when there are fewer than two blocks, or nothing varies in the data
 */
export function shapleyIntervals({
  levels,
  responses,
  resamples,
  confidence,
}: {
  readonly levels: readonly number[];
  readonly responses: readonly ArrayLike<number>[];
  readonly resamples: Resamples;
  readonly confidence: number;
}): Interval[] | null {
  if (resamples.count !== responses.length) {
    throw new RangeError(`shapleyIntervals: expected resamples of ${responses.length} blocks, got ${resamples.count}`);
  }
  const everything = Uint32Array.from(responses, (_, i) => i);
  const known = new Map<string, readonly number[] | null>();
  /** One analysis per resample serves all factors. */
  const effectsOf = (blocks: ArrayLike<number>): readonly number[] | null => {
    const key = Array.prototype.join.call(blocks, ',');
    let effects = known.get(key);
    if (effects === undefined) {
      effects = factorialEffects(levels, cellMeans(responses, blocks)).shapley;
      known.set(key, effects);
    }
    return effects;
  };
  if (effectsOf(everything) === null) return null;
  const intervals = levels.map((_, j) =>
    bootstrapInterval({
      resamples,
      // A resample in which nothing varies gives every factor the same share.
      statistic: (blocks) => effectsOf(blocks)?.[j] ?? 1 / levels.length,
      confidence,
    }),
  );
  return intervals.every((interval) => interval !== null) ? intervals : null;
}

/** Variance over the cells of the mean given the factors of a subset (bit j = factor j). */
function subsetVariance(levels: readonly number[], cells: ArrayLike<number>, subset: number): number {
  const groups = new Map<number, { sum: number; count: number }>();
  let total = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    const key = groupOf(levels, cell, subset);
    const group = groups.get(key) ?? { sum: 0, count: 0 };
    group.sum += cells[cell];
    group.count++;
    groups.set(key, group);
    total += cells[cell];
  }
  const centre = total / cells.length;
  let squares = 0;
  for (const { sum, count } of groups.values()) {
    const difference = sum / count - centre;
    squares += count * difference * difference;
  }
  return squares / cells.length;
}

/** The cell's levels of the factors in a subset, as one number. */
export function groupOf(levels: readonly number[], cell: number, subset: number): number {
  let rest = cell;
  let key = 0;
  let radix = 1;
  for (let j = levels.length - 1; j >= 0; j--) {
    if ((subset >>> j) & 1) key += radix * (rest % levels[j]);
    radix *= levels[j];
    rest = Math.floor(rest / levels[j]);
  }
  return key;
}

/** |S|! (d - |S| - 1)!/d! by |S|. */
function shapleyWeights(d: number): number[] {
  const weights: number[] = [];
  for (let size = 0; size < d; size++) {
    let choose = 1;
    for (let i = 0; i < size; i++) choose = (choose * (d - 1 - i)) / (i + 1);
    weights.push(1 / (d * choose));
  }
  return weights;
}

/** How many factors a subset has. */
export function bitCount(subset: number): number {
  let count = 0;
  for (let rest = subset; rest !== 0; rest &= rest - 1) count++;
  return count;
}
