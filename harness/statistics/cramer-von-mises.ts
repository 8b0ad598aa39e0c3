/**
 * The two-sample Cramér-von Mises test: T = nm/N² sum over all values of (F - G)².
 *
 *   U = n sum (rank of x(i) - i)² + m sum (rank of y(j) - j)²;   T = U/(nmN) - (4nm - 1)/(6N)   (midranks for ties)
 *
 * p: for samples of up to 20 the share of all orders whose T is at least the observed one, counted; above, the limit law of T after
 * matching mean and variance. The limit law's p is 1 - cdf: below about 1e-14 it has no digits.
 * Source: Anderson (1962); Csörgő and Faraway (1996) for the limit law; golden: distances_1d.json.
 * @module
 */
import { exp } from './exponential.ts';
import { logChoose } from './log-binomial.ts';
import { logGamma } from './log-gamma.ts';
import { ascending } from './quantile.ts';
import { rank } from './ranks.ts';

const EXACT_SIZE_MAX = 20;
const LN_PI = 1.1447298858494002;
/** A sum of squares of rounded midranks may be this far from the whole number it stands for. */
const TIE = 1e-9;

export interface CramerVonMises {
  /** T */
  readonly statistic: number;
  readonly p: number;
  /** Every order was counted. */
  readonly exact: boolean;
}

/** @param method - 'counted' or 'limit' law; default: counted for samples of up to 20 */
export function cramerVonMises(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  method?: 'counted' | 'limit',
): CramerVonMises {
  const [n, m] = [x.length, y.length];
  if (n < 2 || m < 2) throw new RangeError(`cramerVonMises: expected two values in each sample, got ${n} and ${m}`);
  const total = n + m;
  const { ranks } = rank([...ascending(x), ...ascending(y)]);
  const u = n * squaresOf(ranks.subarray(0, n)) + m * squaresOf(ranks.subarray(n));
  const statistic = u / (n * m * total) - (4 * n * m - 1) / (6 * total);
  const exact = method === undefined ? Math.max(n, m) <= EXACT_SIZE_MAX : method === 'counted';
  return { statistic, p: exact ? exactP(statistic, n, m) : limitP(statistic, n, m), exact };
}

/** Sum of (rank - position)². */
function squaresOf(ranks: Float64Array): number {
  let total = 0;
  ranks.forEach((value, i) => (total += (value - i - 1) * (value - i - 1)));
  return total;
}

/** Walks all lattice paths at once: how many have which sum of (i a - j b)², a = lcm/n, b = lcm/m. */
function exactP(statistic: number, n: number, m: number): number {
  const multiple = (n * m) / greatestDivisor(n, m);
  const [a, b] = [multiple / n, multiple / m];
  const threshold = (statistic * (n + m) * (n + m) * multiple * multiple) / (n * m);
  let row: Map<number, number>[] = [];
  for (let i = 0; i <= n; i++) {
    const next: Map<number, number>[] = [];
    for (let j = 0; j <= m; j++) {
      const square = (i * a - j * b) * (i * a - j * b);
      const counts = new Map<number, number>(i + j === 0 ? [[0, 1]] : []);
      for (const from of [i > 0 ? row[j] : undefined, j > 0 ? next[j - 1] : undefined]) {
        from?.forEach((count, sum) => counts.set(sum + square, (counts.get(sum + square) ?? 0) + count));
      }
      next.push(counts);
    }
    row = next;
  }
  let atLeast = 0;
  row[m].forEach((count, sum) => {
    if (sum >= threshold - TIE * Math.max(1, threshold)) atLeast += count;
  });
  // C(40, 20) is below 2^53: the counts are exact, and so is their rounded number.
  return Math.min(1, atLeast / Math.round(exp(logChoose(n + m, n))));
}

function limitP(statistic: number, n: number, m: number): number {
  const total = n + m;
  const pairs = n * m;
  const expected = (1 + 1 / total) / 6;
  const variance =
    ((total + 1) * (4 * pairs * total - 3 * (n * n + m * m) - 2 * pairs)) / (45 * total * total * 4 * pairs);
  const matched = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance);
  return matched < 0.003 ? 1 : Math.max(0, 1 - limitCdf(matched));
}

/** sum over k of Γ(k + 1/2)/(Γ(k + 1) π^1.5 sqrt x) sqrt(4k + 1) e^-q K_{1/4}(q),  q = (4k + 1)²/(16x) */
function limitCdf(x: number): number {
  let total = 0;
  for (let k = 0; k < 100; k++) {
    const y = 4 * k + 1;
    const q = (y * y) / (16 * x);
    const term = exp(logGamma(k + 0.5) - logGamma(k + 1) - 1.5 * LN_PI) * Math.sqrt(y / x) * besselQuarter(q);
    total += term;
    if (term < 1e-17) break;
  }
  return total;
}

/** e^-q K_{1/4}(q) = integral of e^(-q (1 + cosh t)) cosh(t/4) over t > 0; trapezoids, which converge geometrically here. */
function besselQuarter(q: number): number {
  const step = 1 / 16;
  let total = exp(-2 * q) / 2;
  for (let i = 1; ; i++) {
    const t = i * step;
    const cosh = (exp(t) + exp(-t)) / 2;
    const term = exp(-q * (1 + cosh)) * ((exp(t / 4) + exp(-t / 4)) / 2);
    total += term;
    if (term <= total * 1e-18) return total * step;
  }
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
