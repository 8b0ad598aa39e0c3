/**
 * An interval against a bound: inside, outside, or around it, and how many cases would decide.
 * @module
 */

export interface IntervalBound {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  /** 1 = the value must not be larger than the limit, -1 = not smaller. */
  readonly sign: 1 | -1;
}

export function sideOfBound({ low, high, limit, sign }: IntervalBound): 'inside' | 'outside' | 'around' {
  const [best, worst] = sign === 1 ? [low, high] : [high, low];
  if (sign * (worst - limit) <= 0) return 'inside';
  return sign * (best - limit) > 0 ? 'outside' : 'around';
}

/**
 * A rough plan: the interval shrinks with the root of the number of cases until it no longer reaches the bound.
 *
 * @returns null when the value lies on the bound, where no number decides
 */
export function casesNeeded({ value, low, high, limit }: IntervalBound, n: number): number | null {
  const distance = Math.abs(limit - value);
  const reach = limit >= value ? high - value : value - low;
  const needed = Math.ceil(n * (reach / distance) * (reach / distance));
  return Number.isSafeInteger(needed) ? Math.max(needed, n + 1) : null;
}
