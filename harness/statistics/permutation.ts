/**
 * Permutation tests of a mean difference: paired (sign flips) and independent (relabelling).
 *
 * Exact when every arrangement is counted; otherwise B drawn arrangements and p = (1 + #{as extreme}) / (1 + B), which is valid:
 * without the +1 a test at .01 rejects more often than once in a hundred.
 * Two-sided p = min(1, 2 min(one-sided)), not the share of |T| >= |t|.
 * Source: leakage-and-statistics.md 6.3, 6.6 and trap 4; golden: permutation_exact.json.
 * @module
 */
import type { TestPValues } from './binomial.ts';
import { logChoose } from './log-binomial.ts';
import { exp } from './exponential.ts';

/** Sign flips of up to this many pairs are all counted: 2^16. */
const EXACT_PAIRS_MAX = 16;
/** Relabellings up to this many are all counted. */
const EXACT_LABELLINGS_MAX = 100_000;
const REPLICATES = 9999;
/** Two sums of the same numbers in another order differ by less than this per term and unit of their absolute sum. */
const ROUNDING = 2 ** -52;

export interface PermutationTest extends TestPValues {
  /** The observed mean difference. */
  readonly observed: number;
  /** Arrangements counted, or drawn when not exact. */
  readonly arrangements: number;
  readonly exact: boolean;
}

/** Where drawn arrangements come from when there are too many to count. */
export interface Draws {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Default 9999. */
  readonly replicates?: number;
}

/**
 * H0: each difference is as likely as its negative.
 *
 * @param differences - one per pair (per prompt, where samples of a prompt are not independent)
 * @param draws - used above 16 pairs only
 * @throws RangeError when there are no pairs or one is not finite
 */
export function pairedPermutationTest(differences: readonly number[], draws: Draws): PermutationTest {
  assertFinite('pairedPermutationTest', differences);
  const n = differences.length;
  const observed = signedSum(differences, () => 1);
  const counter = createCounter(observed, tieWidth(differences));
  const exact = n <= EXACT_PAIRS_MAX;
  const arrangements = exact ? 2 ** n : (draws.replicates ?? REPLICATES);
  for (let arrangement = 0; arrangement < arrangements; arrangement++) {
    if (exact) counter.add(signedSum(differences, (i) => ((arrangement >>> i) & 1 ? -1 : 1)));
    else counter.add(signedSum(differences, () => (draws.next() < 0.5 ? -1 : 1)));
  }
  return { observed: observed / n, arrangements, exact, ...counter.pValues(arrangements, exact) };
}

/**
 * H0: the labels of two independent samples mean nothing. Statistic: mean(x) - mean(y).
 *
 * @param draws - used where more than 100 000 relabellings exist
 * @throws RangeError when a sample is empty or a value is not finite
 */
export function independentPermutationTest(
  { x, y }: { x: readonly number[]; y: readonly number[] },
  draws: Draws,
): PermutationTest {
  assertFinite('independentPermutationTest', x);
  assertFinite('independentPermutationTest', y);
  const pooled = Float64Array.from([...x, ...y]);
  const total = signedSum(pooled, () => 1);
  const observed = signedSum(x, () => 1);
  // The mean difference grows with the sum of the first group, so that counting sums is enough.
  const counter = createCounter(observed, tieWidth(pooled));
  const labellings = Math.round(exp(logChoose(pooled.length, x.length)));
  const exact = labellings <= EXACT_LABELLINGS_MAX;
  const arrangements = exact ? labellings : (draws.replicates ?? REPLICATES);
  if (exact) {
    for (const chosen of subsets(pooled.length, x.length)) counter.add(sumAt(pooled, chosen));
  } else {
    const order = Uint32Array.from(pooled, (_, i) => i);
    for (let replicate = 0; replicate < arrangements; replicate++) {
      drawToFront(order, x.length, draws.next);
      counter.add(sumAt(pooled, order.subarray(0, x.length)));
    }
  }
  return {
    observed: observed / x.length - (total - observed) / y.length,
    arrangements,
    exact,
    ...counter.pValues(arrangements, exact),
  };
}

/** All subsets of `size` indices below `count`, each ascending, in lexicographic order; the array is reused. */
function* subsets(count: number, size: number): Generator<Uint32Array, void, void> {
  const chosen = Uint32Array.from({ length: size }, (_, i) => i);
  while (true) {
    yield chosen;
    let position = size - 1;
    while (position >= 0 && chosen[position] === count - size + position) position--;
    if (position < 0) return;
    chosen[position]++;
    for (let i = position + 1; i < size; i++) chosen[i] = chosen[i - 1] + 1;
  }
}

/** Brings a random choice of `size` elements to the front (the first steps of a Fisher-Yates shuffle). */
function drawToFront(order: Uint32Array, size: number, next: () => number): void {
  for (let i = 0; i < size; i++) {
    const other = Math.min(order.length - 1, i + Math.floor(next() * (order.length - i)));
    [order[i], order[other]] = [order[other], order[i]];
  }
}

/** Counts how many statistics are at least, and at most, the observed one; rounding does not break a tie. */
function createCounter(observed: number, tie: number) {
  let atLeast = 0;
  let atMost = 0;
  return {
    add(statistic: number): void {
      if (statistic >= observed - tie) atLeast++;
      if (statistic <= observed + tie) atMost++;
    },
    pValues(arrangements: number, exact: boolean): TestPValues {
      const plus = exact ? 0 : 1;
      const pGreater = (atLeast + plus) / (arrangements + plus);
      const pLess = (atMost + plus) / (arrangements + plus);
      return { pGreater, pLess, pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)) };
    },
  };
}

function signedSum(values: ArrayLike<number>, signOf: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += signOf(i) * values[i];
  return total;
}

function sumAt(values: Float64Array, indices: Uint32Array): number {
  let total = 0;
  for (const index of indices) total += values[index];
  return total;
}

/** Sums of the same numbers in any order are closer than this. */
function tieWidth(values: ArrayLike<number>): number {
  let absolute = 0;
  for (let i = 0; i < values.length; i++) absolute += Math.abs(values[i]);
  return ROUNDING * values.length * absolute;
}

function assertFinite(test: string, values: readonly number[]): void {
  if (values.length === 0) throw new RangeError(`${test}: expected at least one value, got none`);
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new RangeError(`${test}: expected finite values, got ${wrong}`);
}
