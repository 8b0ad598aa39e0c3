/**
 * Sample sizes: how many observations a test needs to find an effect, or to show that there is none.
 *
 *   t      power = P(T' > t_crit) + P(T' < -t_crit), T' noncentral with δ = d sqrt(n1 n2/(n1 + n2)), df = n1 + n2 - 2
 *   z      the same with the normal distribution
 *   angle  z with Cohen's h = 2 arcsin sqrt p1 - 2 arcsin sqrt p2
 *   zero failures   1 - (1 - r)^n finds a failure of rate r; the 95 % bound after none is near 3/n
 *   AUC equivalence n per arm = (z_{1-alpha} + z_{(1+power)/2})²/(6 d²), from the variance 1/(6n) of an AUC of 1/2
 *
 * Sizes are real numbers, as the oracle gives them: round up. Two-sided power counts both tails.
 * Source: leakage-and-statistics.md 4.3, 4.5; Cohen (1988); golden: power.json.
 * @module
 */
import { proportionAngle } from './arctangent.ts';
import { logOnePlus, oneMinusExp } from './exponential.ts';
import { noncentralTCdf } from './noncentral-t.ts';
import { normalQuantile, normalUpperTail } from './normal.ts';
import { studentTUpperQuantile } from './student-t.ts';

export interface Demand {
  /** Standardised effect: difference of means / standard deviation; not 0. */
  readonly effect: number;
  readonly alpha: number;
  /** 0 .. 1 */
  readonly power: number;
  /** n2/n1; default 1. */
  readonly ratio?: number;
  readonly sides: 1 | 2;
}

const SIZE_MAX = 1e12;
const BISECTIONS_MAX = 200;

/** n1 of a two-sample t test. */
export function tTestSampleSize({ effect, alpha, power, ratio = 1, sides }: Demand): number {
  assertDemand({ effect, alpha, power, ratio, sides });
  return smallestSize(2, power, (n1) => {
    const degreesOfFreedom = n1 + n1 * ratio - 2;
    if (!(degreesOfFreedom > 0)) return 0;
    const noncentrality = Math.abs(effect) * Math.sqrt((n1 * ratio) / (1 + ratio));
    const critical = studentTUpperQuantile(alpha / sides, degreesOfFreedom);
    const upper = 1 - noncentralTCdf({ t: critical, degreesOfFreedom, noncentrality });
    return sides === 1 ? upper : upper + noncentralTCdf({ t: -critical, degreesOfFreedom, noncentrality });
  });
}

/** n1 of a two-sample z test. */
export function zTestSampleSize({ effect, alpha, power, ratio = 1, sides }: Demand): number {
  assertDemand({ effect, alpha, power, ratio, sides });
  const critical = normalQuantile(1 - alpha / sides);
  return smallestSize(0, power, (n1) => {
    const shift = Math.abs(effect) * Math.sqrt((n1 * ratio) / (1 + ratio));
    return normalUpperTail(critical - shift) + (sides === 2 ? normalUpperTail(critical + shift) : 0);
  });
}

/** Cohen's h of two proportions: 2 arcsin sqrt p1 - 2 arcsin sqrt p2. */
export const cohenH = (p1: number, p2: number): number => proportionAngle(p1) - proportionAngle(p2);

/** n per arm to tell two proportions apart. */
export function proportionsSampleSize({
  p1,
  p2,
  ...rest
}: Omit<Demand, 'effect'> & { readonly p1: number; readonly p2: number }): number {
  return zTestSampleSize({ effect: cohenH(p1, p2), ...rest });
}

/** Chance that n independent trials show at least one failure of this rate: 1 - (1 - rate)^n. */
export function detectionProbability({ rate, trials }: { rate: number; trials: number }): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`detectionProbability: expected a rate in 0..1, got ${rate}`);
  return trials === 0 ? 0 : oneMinusExp(trials * logOnePlus(-rate));
}

/** n per arm with which `tostAuc` declares a server safe whose true AUC is 1/2. */
export function aucEquivalenceSampleSize({
  margin,
  alpha,
  power,
}: {
  /** d: the AUC may be 1/2 ± d. */
  readonly margin: number;
  readonly alpha: number;
  readonly power: number;
}): number {
  if (!(margin > 0)) throw new RangeError(`aucEquivalenceSampleSize: expected a margin > 0, got ${margin}`);
  const z = normalQuantile(1 - alpha) + normalQuantile((1 + power) / 2);
  return (z * z) / (6 * margin * margin);
}

/** The size at which a growing power reaches what is asked for. */
function smallestSize(start: number, power: number, powerOf: (size: number) => number): number {
  let low = start;
  let high = Math.max(4, 2 * start);
  while (powerOf(high) < power) {
    low = high;
    high *= 2;
    if (high > SIZE_MAX) return Number.POSITIVE_INFINITY;
  }
  for (let i = 0; i < BISECTIONS_MAX; i++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (powerOf(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

function assertDemand({ effect, alpha, power, ratio, sides }: Required<Demand>): void {
  const inside = (value: number): boolean => value > 0 && value < 1;
  if (!inside(alpha) || !inside(power) || !(ratio > 0) || !Number.isFinite(effect) || effect === 0) {
    throw new RangeError(
      `sample size: expected an effect that is not 0, alpha and power inside 0..1, ratio > 0, ` +
        `got ${effect}, ${alpha}, ${power}, ${ratio} (${sides}-sided)`,
    );
  }
}
