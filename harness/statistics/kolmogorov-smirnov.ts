/**
 * The two-sample Kolmogorov-Smirnov test, exact.
 *
 * D is the largest distance of the two empirical distribution functions:
 *   'greater'    max (F_x - F_y): x tends to be smaller (cache hits are faster)
 *   'less'       max (F_y - F_x)
 *   'two-sided'  max |F_x - F_y|
 *
 * Under H0 every order of the n + m values is equally likely: a lattice path from (0, 0) to (n, m). p is the share of paths
 * that somewhere have a distance of D or more. The share outside is added up itself, not 1 - the share inside, so that a small
 * p keeps its digits:
 *   out(i, j) = 1 where the distance is >= D, else out(i-1, j) i/(i+j) + out(i, j-1) j/(i+j);   p = out(n, m)
 * One-sided with n = m it is C(2n, n + h)/C(2n, n), h = n D. Where p leaves the range of a double, sums are taken in logarithms.
 * Ties count as in scipy: D is taken after each group of equal values, p as without ties (conservative).
 * Source: leakage-and-statistics.md 4.5, 6.5; Hodges (1957); golden: ks_2samp.json, cache_timing_audit.json.
 * @module
 */
import { exp, log, logOnePlus } from './exponential.ts';
import { logChoose } from './log-binomial.ts';
import { ascending } from './quantile.ts';

export type Alternative = 'two-sided' | 'greater' | 'less';

export interface KolmogorovSmirnov {
  /** D */
  readonly statistic: number;
  readonly p: number;
  /** ln p: finite where p itself is 0. */
  readonly logP: number;
}

/** Below this a term of the sum may have been lost to underflow: the sum is then taken in logarithms. */
const SAFE_TO_ADD = 1e-280;

/**
 * @param x - at least one value, finite
 * @param y - at least one value, finite
 */
export function kolmogorovSmirnov(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  alternative: Alternative,
): KolmogorovSmirnov {
  const [n, m] = [x.length, y.length];
  const threshold = largestDistance(x, y, alternative);
  const logP = Math.min(0, logShareOutside({ n, m, threshold, alternative }));
  return { statistic: threshold / (n * m), p: exp(logP), logP };
}

/**
 * The one-sided approximation of Hodges, for samples too large to count.
 *
 *   z = D sqrt(nm/(n + m));  ln p = -2 z² - 2 z (larger + 2 smaller)/(3 sqrt(nm (n + m)))
 */
export function logKolmogorovSmirnovOneSidedApproximation({
  statistic,
  n,
  m,
}: {
  statistic: number;
  n: number;
  m: number;
}): number {
  const [larger, smaller] = [Math.max(n, m), Math.min(n, m)];
  const z = statistic * Math.sqrt((n * m) / (n + m));
  return -2 * z * z - (2 * z * (larger + 2 * smaller)) / (3 * Math.sqrt(n * m * (n + m)));
}

/** D n m, a whole number: distances are compared without rounding. */
function largestDistance(x: ArrayLike<number>, y: ArrayLike<number>, alternative: Alternative): number {
  if (x.length === 0 || y.length === 0) {
    throw new RangeError(`kolmogorovSmirnov: expected values in both samples, got ${x.length} and ${y.length}`);
  }
  const first = ascending(x);
  const second = ascending(y);
  if (!Number.isFinite(first[0] + first[first.length - 1] + second[0] + second[second.length - 1])) {
    throw new RangeError('kolmogorovSmirnov: expected finite values');
  }
  let [i, j, above, below] = [0, 0, 0, 0];
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i], second[j]);
    while (i < first.length && first[i] === value) i++;
    while (j < second.length && second[j] === value) j++;
    const distance = i * second.length - j * first.length;
    above = Math.max(above, distance);
    below = Math.max(below, -distance);
  }
  switch (alternative) {
    case 'greater':
      return above;
    case 'less':
      return below;
    case 'two-sided':
      return Math.max(above, below);
  }
}

interface Lattice {
  readonly n: number;
  readonly m: number;
  /** D n m */
  readonly threshold: number;
  readonly alternative: Alternative;
}

function logShareOutside({ n, m, threshold, alternative }: Lattice): number {
  if (threshold === 0) return 0;
  if (alternative !== 'two-sided' && n === m) return logChoose(2 * n, n + threshold / n) - logChoose(2 * n, n);
  const isOutside =
    alternative === 'two-sided'
      ? (i: number, j: number): boolean => Math.abs(i * m - j * n) >= threshold
      : (i: number, j: number): boolean => i * m - j * n >= threshold;
  // 'less' is 'greater' with the samples exchanged: the walk is mirrored.
  const sides = alternative === 'less' ? { n: m, m: n, isOutside: mirrored(n, m, threshold) } : { n, m, isOutside };
  const share = walk(sides, 0, 1, (a, b, weight) => a * weight + b * (1 - weight));
  if (share >= SAFE_TO_ADD) return log(share);
  return walk(sides, Number.NEGATIVE_INFINITY, 0, logMix);
}

const mirrored =
  (n: number, m: number, threshold: number) =>
  (i: number, j: number): boolean =>
    i * n - j * m >= threshold;

interface Sides {
  readonly n: number;
  readonly m: number;
  readonly isOutside: (i: number, j: number) => boolean;
}

/** out(n, m), row by row; `mix` weighs the neighbour (i - 1, j) with i/(i + j). */
function walk(
  { n, m, isOutside }: Sides,
  none: number,
  all: number,
  mix: (fromI: number, fromJ: number, weight: number) => number,
): number {
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (isOutside(i, j)) row[j] = all;
      else if (i + j === 0) row[j] = none;
      else if (j === 0) row[j] = mix(row[0], none, 1);
      else if (i === 0) row[j] = mix(none, row[j - 1], 0);
      else row[j] = mix(row[j], row[j - 1], i / (i + j));
    }
  }
  return row[m];
}

/** ln(e^a w + e^b (1 - w)) */
function logMix(a: number, b: number, weight: number): number {
  const first = a + log(weight);
  const second = b + log(1 - weight);
  const largest = Math.max(first, second);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + logOnePlus(exp(Math.min(first, second) - largest));
}
