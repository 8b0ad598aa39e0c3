/**
 * Several e-values: their mean is one, whatever their dependence; e-BH bounds the false discovery rate, whatever their dependence.
 *
 *   e-BH rejects the k largest, k the largest number with e(k) >= m / (level k)
 *
 * E-values come as natural logarithms: they leave the range of a double soon.
 * Source: leakage-and-statistics.md 6.8; Vovk and Wang (2021); Wang and Ramdas (2022).
 * @module
 */
import { exp, log } from './exponential.ts';

/**
 * ln of the mean of e-values.
 *
 * @throws RangeError when there are none, or one is NaN
 */
export function logMeanEValue(logEValues: readonly number[]): number {
  assertEValues(logEValues);
  if (logEValues.length === 0) throw new RangeError('logMeanEValue: expected at least one e-value, got none');
  const largest = logEValues.reduce((best, one) => Math.max(best, one));
  if (!Number.isFinite(largest)) return largest;
  let total = 0;
  for (const one of logEValues) total += exp(one - largest);
  return largest + log(total / logEValues.length);
}

/** @returns for each e-value whether its null hypothesis is rejected, in the order given */
export function eBenjaminiHochberg(logEValues: readonly number[], level: number): boolean[] {
  assertEValues(logEValues);
  if (!(level > 0 && level < 1)) throw new RangeError(`eBenjaminiHochberg: expected a level inside 0..1, got ${level}`);
  const descending = [...logEValues].sort((a, b) => b - a);
  const m = logEValues.length;
  let threshold = Number.POSITIVE_INFINITY;
  descending.forEach((one, rank) => {
    if (one >= log(m / (level * (rank + 1)))) threshold = one;
  });
  return logEValues.map((one) => one >= threshold);
}

function assertEValues(logEValues: readonly number[]): void {
  if (logEValues.some(Number.isNaN)) throw new RangeError('e-values: expected logarithms of e-values, got NaN');
}
