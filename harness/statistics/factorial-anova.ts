/**
 * Analysis of variance of a balanced full factorial design, all interactions, with or without blocks.
 *
 *   SS(effect of S) = sum over subsets R of S of (-1)^(|S| - |R|) SS(means by R);   F = (SS/df)/(SS_residual/df_residual)
 *
 * In a balanced design the sums of squares of types I, II and III are the same. With blocks (prompts that see every cell) their sum
 * of squares is taken out of the residual. An unbalanced design is refused: its types differ, and this formula fits none of them.
 * Source: leakage-and-statistics.md 6.9; golden: factorial_anova.json.
 * @module
 */
import { bitCount, groupOf } from './factorial-effects.ts';
import { fUpperTail } from './student-t.ts';

export interface FactorialObservation {
  /** 0 .. product of levels - 1; the last factor changes fastest. */
  readonly cell: number;
  readonly value: number;
  /** 0, 1, ...; given for all observations or for none. */
  readonly block?: number;
}

export interface AnovaEffect {
  /** Factors of the effect, ascending: [1] a main effect, [0, 2] an interaction. */
  readonly factors: readonly number[];
  readonly sumOfSquares: number;
  readonly degreesOfFreedom: number;
  /** null without residual degrees of freedom, or when there is no residual variance. */
  readonly f: number | null;
  readonly p: number | null;
}

export interface FactorialAnova {
  /** By number of factors, then in order of the factors. */
  readonly effects: readonly AnovaEffect[];
  readonly residual: { readonly sumOfSquares: number; readonly degreesOfFreedom: number };
  readonly totalSumOfSquares: number;
}

/** @param levels - number of levels of each factor */
export function factorialAnova(
  levels: readonly number[],
  observations: readonly FactorialObservation[],
): FactorialAnova {
  const cells = levels.reduce((product, level) => product * level, 1);
  assertBalanced(observations, cells);
  const centre = observations.reduce((sum, { value }) => sum + value, 0) / observations.length;
  const between = Array.from({ length: 2 ** levels.length }, (_, subset) =>
    betweenGroups(observations, centre, ({ cell }) => groupOf(levels, cell, subset)),
  );
  let totalSumOfSquares = 0;
  for (const { value } of observations) totalSumOfSquares += (value - centre) * (value - centre);
  const hasBlocks = observations[0].block !== undefined;
  const blocks = hasBlocks ? new Set(observations.map(({ block }) => block)).size : 1;
  const ofBlocks = hasBlocks ? betweenGroups(observations, centre, ({ block }) => block!) : 0;
  const residual = {
    sumOfSquares: Math.max(0, totalSumOfSquares - between[between.length - 1] - ofBlocks),
    degreesOfFreedom: observations.length - cells - (blocks - 1),
  };
  const subsets = between.map((_, subset) => subset).filter((subset) => subset > 0);
  subsets.sort((a, b) => bitCount(a) - bitCount(b) || compareFactors(factorsOf(a), factorsOf(b)));
  const effects = subsets.map((subset) => effectOf(levels, between, subset, residual));
  return { effects, residual, totalSumOfSquares };
}

function effectOf(
  levels: readonly number[],
  between: readonly number[],
  subset: number,
  residual: FactorialAnova['residual'],
): AnovaEffect {
  const factors = factorsOf(subset);
  let sumOfSquares = 0;
  for (let part = subset; ; part = (part - 1) & subset) {
    sumOfSquares += (bitCount(subset ^ part) % 2 === 0 ? 1 : -1) * between[part];
    if (part === 0) break;
  }
  sumOfSquares = Math.max(0, sumOfSquares);
  const degreesOfFreedom = factors.reduce((product, factor) => product * (levels[factor] - 1), 1);
  const judged = residual.degreesOfFreedom > 0 && residual.sumOfSquares > 0 && degreesOfFreedom > 0;
  if (!judged) return { factors, sumOfSquares, degreesOfFreedom, f: null, p: null };
  const f = sumOfSquares / degreesOfFreedom / (residual.sumOfSquares / residual.degreesOfFreedom);
  const p = fUpperTail({ f, df1: degreesOfFreedom, df2: residual.degreesOfFreedom });
  return { factors, sumOfSquares, degreesOfFreedom, f, p };
}

/** Sum over groups of size times (mean - centre)². */
function betweenGroups(
  observations: readonly FactorialObservation[],
  centre: number,
  groupOfOne: (one: FactorialObservation) => number,
): number {
  const groups = new Map<number, { sum: number; count: number }>();
  for (const one of observations) {
    const key = groupOfOne(one);
    const group = groups.get(key) ?? { sum: 0, count: 0 };
    group.sum += one.value - centre;
    group.count++;
    groups.set(key, group);
  }
  let total = 0;
  for (const { sum, count } of groups.values()) total += (sum * sum) / count;
  return total;
}

function assertBalanced(observations: readonly FactorialObservation[], cells: number): void {
  const counts = new Map<string, number>();
  const blocks = new Set(observations.map(({ block }) => block));
  for (const { cell, block, value } of observations) {
    if (!Number.isInteger(cell) || cell < 0 || cell >= cells || !Number.isFinite(value)) {
      throw new RangeError(`factorialAnova: expected cells 0..${cells - 1} and finite values, got ${cell}: ${value}`);
    }
    const key = `${cell}/${block}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const mixed = blocks.has(undefined) && blocks.size > 1;
  if (mixed || counts.size !== cells * blocks.size || new Set(counts.values()).size !== 1) {
    throw new RangeError('factorialAnova: expected a balanced design: every cell (of every block) equally often');
  }
}

const factorsOf = (subset: number): number[] =>
  Array.from({ length: 32 }, (_, j) => j).filter((j) => (subset >>> j) & 1);

function compareFactors(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((factor, i) => factor !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}
