/**
 * The regularised incomplete beta function I_x(a, b), both its tails, their logarithms, and its inverse in x.
 *
 * Error of the smaller tail: relative, below 1e-11 for a, b up to 1e6 (golden: proportion_ci.json); the other tail is its complement.
 * Source: continued fraction of Abramowitz and Stegun 26.5.8, evaluated by the modified Lentz method.
 * @module
 */
import { exp, log, logOneMinusExp, oneMinusExp } from './exponential.ts';
import { logBinomialTerm } from './log-binomial.ts';

const TINY = 1e-300;
/** Two ulps: the last step of the fraction may alternate between the neighbours of 1. */
const EPSILON = 2 ** -51;
/** The fraction needs about sqrt(max(a, b)) terms; this serves a, b up to 1e9. */
const TERMS_MAX = 100_000;
/** Bisection ends when two neighbours are doubles without one between them; far fewer steps are used. */
const BISECTIONS_MAX = 1100;

/** Where I_x(a, b) is asked for. */
export interface BetaPoint {
  /** > 0 */
  readonly a: number;
  /** > 0 */
  readonly b: number;
  /** 0 .. 1 */
  readonly x: number;
  /** 1 - x, where it is known to more digits than that difference has. */
  readonly complement?: number;
}

/** Natural logarithms of the two tails; -Infinity for a tail that is empty. */
export interface LogTails {
  /** ln I_x(a, b) */
  readonly logLower: number;
  /** ln(1 - I_x(a, b)) */
  readonly logUpper: number;
}

/**
 * @returns I_x(a, b), 0 .. 1
 * @throws RangeError when a or b is not above 0 or x is outside 0 .. 1
 */
export function incompleteBeta(point: BetaPoint): number {
  const { logTail, isLower } = smallerTail(point);
  return isLower ? Math.min(1, exp(logTail)) : Math.max(0, oneMinusExp(Math.min(0, logTail)));
}

/** ln of both tails: the smaller one keeps its digits where the probability itself would be 0. */
export function incompleteBetaLogTails(point: BetaPoint): LogTails {
  const { logTail, isLower } = smallerTail(point);
  const small = Math.min(0, logTail);
  const large = logOneMinusExp(small);
  return isLower ? { logLower: small, logUpper: large } : { logLower: large, logUpper: small };
}

/**
 * The x with I_x(a, b) = p, by bisection: slow, but it cannot miss.
 *
 * @param p - 0 .. 1
 */
export function incompleteBetaInverse({ a, b, p }: { a: number; b: number; p: number }): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < BISECTIONS_MAX; i++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (incompleteBeta({ a, b, x: middle }) < p) low = middle;
    else high = middle;
  }
  return high;
}

/** The tail on the side of the mean where the fraction converges fast, in logarithms. */
function smallerTail({ a, b, x, complement = 1 - x }: BetaPoint): { logTail: number; isLower: boolean } {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) {
    throw new RangeError(`incompleteBeta: expected a > 0, b > 0 and x in 0..1, got a=${a}, b=${b}, x=${x}`);
  }
  if (x === 0) return { logTail: Number.NEGATIVE_INFINITY, isLower: true };
  if (complement === 0) return { logTail: Number.NEGATIVE_INFINITY, isLower: false };
  // x^a (1 - x)^b / B(a, b)
  const logFront = logBinomialTerm({ k: a, n: a + b, p: x, q: complement }) + log((a / (a + b)) * b);
  if (x < (a + 1) / (a + b + 2)) return { logTail: logFront + log(continuedFraction(a, b, x) / a), isLower: true };
  return { logTail: logFront + log(continuedFraction(b, a, complement) / b), isLower: false };
}

function continuedFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = awayFromZero(1 - ((a + b) * x) / (a + 1));
  d = 1 / d;
  let fraction = d;
  for (let m = 1; m <= TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) <= EPSILON) break;
  }
  return fraction;
}

const awayFromZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
