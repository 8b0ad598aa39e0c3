/**
 * E-process for Bernoulli failures: stop and reject as soon as E >= 1/alpha, at any time, as often as one looks.
 *
 *   E = B(k + 1/2, t - k + 1/2) / B(1/2, 1/2) / (p0^k (1 - p0)^(t - k))      k failures in t trials
 *
 * The likelihood ratio against p0, averaged over all rates with the weights of Beta(1/2, 1/2). `betaMixtureLogE` tests p = p0:
 * it also grows when failures are RARER than p0. `betaMixtureLogEAbove` averages over rates above p0 alone and tests p <= p0: the
 * one for "fails too often".
 * Source: leakage-and-statistics.md 6.4; golden: sequential.json (two-sided form).
 * @module
 */
import { log, logOnePlus } from './exponential.ts';
import { incompleteBetaLogTails } from './incomplete-beta.ts';
import { logBeta } from './log-gamma.ts';

const LN_PI = 1.1447298858494002;

interface FailureCount {
  readonly failures: number;
  readonly trials: number;
  /** p0, strictly between 0 and 1. */
  readonly rate: number;
}

/** ln E of H0 "the failure rate is p0", against both sides. */
export function betaMixtureLogE(count: FailureCount): number {
  assertFailures(count);
  const { failures, trials, rate } = count;
  const logLikelihood = weighted(failures, log(rate)) + weighted(trials - failures, logOnePlus(-rate));
  return logBeta(failures + 0.5, trials - failures + 0.5) - LN_PI - logLikelihood;
}

/** ln E of H0 "the failure rate is at most p0". */
export function betaMixtureLogEAbove(count: FailureCount): number {
  const { failures, trials, rate } = count;
  const posterior = incompleteBetaLogTails({ a: failures + 0.5, b: trials - failures + 0.5, x: rate });
  const prior = incompleteBetaLogTails({ a: 0.5, b: 0.5, x: rate });
  return betaMixtureLogE(count) + posterior.logUpper - prior.logUpper;
}

const weighted = (count: number, logProbability: number): number => (count === 0 ? 0 : count * logProbability);

/** @throws RangeError when failures is not a whole number in 0 .. trials, or the rate is not inside 0 .. 1 */
export function assertFailures({ failures, trials, rate }: FailureCount): void {
  const whole = Number.isInteger(failures) && Number.isInteger(trials);
  if (!whole || failures < 0 || failures > trials || !(rate > 0 && rate < 1)) {
    throw new RangeError(
      `sequential test: expected 0 <= failures <= trials and 0 < rate < 1, got ${failures} of ${trials} at ${rate}`,
    );
  }
}
