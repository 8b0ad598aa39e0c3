/**
 * Adjusted p-values of a family of tests: reject where the adjusted value is at most alpha.
 *
 *   with p(1) <= ... <= p(m), each made monotone and cut at 1
 *   bonferroni          m p
 *   holm                (m - i + 1) p(i)                 running maximum upwards
 *   holm-sidak          1 - (1 - p(i))^(m - i + 1)       running maximum upwards; independent tests
 *   hommel              Wright's algorithm; valid where Simes' test is
 *   benjamini-hochberg  p(i) m / i                       running minimum downwards; false discovery rate
 *   benjamini-yekutieli the same times 1 + 1/2 + ... + 1/m; any dependence
 *
 * The first four bound the chance of one false rejection in the family. Which family takes which rule: 6.8 (leaks Holm at .01,
 * drift table Benjamini-Hochberg at .05).
 * Source: leakage-and-statistics.md 6.8; S. P. Wright, "Adjusted p-values for simultaneous inference" (1992); golden: multiple_testing.json.
 * @module
 */
import { logOnePlus, oneMinusExp } from './exponential.ts';

export type MultiplicityMethod =
  'bonferroni' | 'holm' | 'holm-sidak' | 'hommel' | 'benjamini-hochberg' | 'benjamini-yekutieli';

/**
 * @param pValues - 0 .. 1 each, in any order; an empty family gives an empty result
 * @returns adjusted p-values in the order given
 * @throws RangeError when a value is not in 0 .. 1
 */
export function adjustPValues(pValues: readonly number[], method: MultiplicityMethod): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`adjustPValues: expected p-values in 0..1, got ${p}`);
  }
  // Ties: the lower index first; their adjusted values are equal whichever comes first.
  const order = pValues.map((_, index) => index).sort((i, j) => pValues[i] - pValues[j] || i - j);
  const sorted = order.map((index) => pValues[index]);
  const adjusted = adjustSorted(sorted, method);
  const result = new Array<number>(pValues.length);
  order.forEach((index, rank) => (result[index] = Math.min(1, adjusted[rank])));
  return result;
}

/** @param sorted - ascending */
function adjustSorted(sorted: readonly number[], method: MultiplicityMethod): readonly number[] {
  const m = sorted.length;
  switch (method) {
    case 'bonferroni':
      return sorted.map((p) => p * m);
    case 'holm':
      return runningMaximum(sorted.map((p, rank) => p * (m - rank)));
    case 'holm-sidak':
      return runningMaximum(sorted.map((p, rank) => oneMinusExp((m - rank) * logOnePlus(-p))));
    case 'hommel':
      return hommel(sorted);
    case 'benjamini-hochberg':
      return falseDiscovery(sorted, 1);
    case 'benjamini-yekutieli':
      return falseDiscovery(sorted, harmonic(m));
  }
}

/** p / (i / m), not p m / i: for i = m the value is exactly p. */
function falseDiscovery(sorted: readonly number[], factor: number): number[] {
  const adjusted = sorted.map((p, rank) => (p / ((rank + 1) / sorted.length)) * factor);
  for (let rank = adjusted.length - 2; rank >= 0; rank--) {
    adjusted[rank] = Math.min(adjusted[rank], adjusted[rank + 1]);
  }
  return adjusted;
}

/** For every size of an intersection: Simes' value of the largest p, and what it demands of the others. */
function hommel(sorted: readonly number[]): number[] {
  const count = sorted.length;
  const adjusted = [...sorted];
  for (let size = count; size > 1; size--) {
    const start = count - size;
    let simes = Number.POSITIVE_INFINITY;
    for (let i = 1; i <= size; i++) simes = Math.min(simes, (size * sorted[start + i - 1]) / i);
    for (let j = 0; j < count; j++) {
      const demanded = j >= start ? simes : Math.min(simes, size * sorted[j]);
      adjusted[j] = Math.max(adjusted[j], demanded);
    }
  }
  return adjusted;
}

function runningMaximum(values: readonly number[]): number[] {
  let largest = 0;
  return values.map((value) => (largest = Math.max(largest, value)));
}

/** 1 + 1/2 + ... + 1/m, smallest terms first. */
function harmonic(m: number): number {
  let total = 0;
  for (let i = m; i >= 1; i--) total += 1 / i;
  return total;
}
