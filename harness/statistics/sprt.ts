/**
 * Wald's sequential probability ratio test of a failure rate p0 (good) against p1 (alarm).
 *
 *   upper = ln((1 - beta)/alpha): reject H0 at or above;  lower = ln(beta/(1 - alpha)): accept H0 at or below
 *
 * Faster than the e-process when both rates are agreed on beforehand. Both errors hold for a test that stops at the first
 * crossing; what comes after it is not looked at.
 * Source: leakage-and-statistics.md 6.4; golden: sequential.json.
 * @module
 */
import { assertFailures } from './beta-mixture.ts';
import { log, logOnePlus } from './exponential.ts';

/** `rejectH0`: fails too often; `acceptH0`: good; `continue`: not decided. */
export type SprtDecision = 'rejectH0' | 'acceptH0' | 'continue';

interface ErrorRates {
  /** Chance to reject at p0. */
  readonly alpha: number;
  /** Chance to accept at p1. */
  readonly beta: number;
}

interface Rates {
  readonly rate0: number;
  readonly rate1: number;
}

/** @throws RangeError when an error rate is not inside 0 .. 1, or their sum reaches 1 */
export function sprtBounds({ alpha, beta }: ErrorRates): { readonly lower: number; readonly upper: number } {
  if (!(alpha > 0) || !(beta > 0) || !(alpha + beta < 1)) {
    throw new RangeError(`sprt: expected alpha > 0, beta > 0, alpha + beta < 1, got ${alpha} and ${beta}`);
  }
  return { lower: log(beta / (1 - alpha)), upper: log((1 - beta) / alpha) };
}

/** k ln(p1/p0) + (t - k) ln((1 - p1)/(1 - p0)). */
export function sprtLogRatio({ failures, trials, rate0, rate1 }: Rates & { failures: number; trials: number }): number {
  assertFailures({ failures, trials, rate: rate0 });
  assertFailures({ failures, trials, rate: rate1 });
  return failures * log(rate1 / rate0) + (trials - failures) * (logOnePlus(-rate1) - logOnePlus(-rate0));
}

/**
 * Runs the test over outcomes in their order.
 *
 * @param outcomes - true = failure
 * @returns the decision and after how many trials it fell
 */
export function sprt(
  outcomes: Iterable<boolean>,
  { rate0, rate1, ...errors }: Rates & ErrorRates,
): { readonly decision: SprtDecision; readonly trials: number } {
  const { lower, upper } = sprtBounds(errors);
  let failures = 0;
  let trials = 0;
  for (const failed of outcomes) {
    trials++;
    if (failed) failures++;
    const ratio = sprtLogRatio({ failures, trials, rate0, rate1 });
    if (ratio >= upper) return { decision: 'rejectH0', trials };
    if (ratio <= lower) return { decision: 'acceptH0', trials };
  }
  return { decision: 'continue', trials };
}
