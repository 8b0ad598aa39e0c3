/**
 * One probe on a noisy target: trials, one after another, until a sequential test decides whether the difference is there.
 *
 *   H0: the pair differs as rarely as the target differs from itself (rate0)     H1: it differs at least at rate1
 *
 * Wald's test: both errors hold for each probe; the caller divides alpha by the number of probes that may be made. A target that is
 * known to be exact needs one trial.
 * @module
 */
import { sprtBounds, sprtLogRatio } from '../statistics/index.ts';

export interface NoiseModel {
  /** How often the target differs from itself. */
  readonly rate0: number;
  /** The smallest rate of a difference that is worth finding. */
  readonly rate1: number;
  /** Chance of a probe to see a difference that is noise, and to miss one that is there. */
  readonly alpha: number;
  readonly beta: number;
  readonly trialsMax: number;
}

export type ProbeOutcome = {
  /** `undecided` after `trialsMax` trials. */
  readonly outcome: 'differs' | 'equal' | 'undecided';
  readonly trials: number;
};

/** @param noise - null: the target is exact */
export async function sequentialProbe(trial: () => Promise<boolean>, noise: NoiseModel | null): Promise<ProbeOutcome> {
  if (noise === null) return { outcome: (await trial()) ? 'differs' : 'equal', trials: 1 };
  const { lower, upper } = sprtBounds(noise);
  let failures = 0;
  for (let trials = 1; trials <= noise.trialsMax; trials++) {
    if (await trial()) failures++;
    const ratio = sprtLogRatio({ failures, trials, rate0: noise.rate0, rate1: noise.rate1 });
    if (ratio >= upper) return { outcome: 'differs', trials };
    if (ratio <= lower) return { outcome: 'equal', trials };
  }
  return { outcome: 'undecided', trials: noise.trialsMax };
}

/** Rates below this are not told apart from it by a handful of trials. */
const RATE0_LEAST = 0.05;
/** What is looked for fails this much more often than the noise. */
const RATE_GAP = 0.4;
/** Beyond this the target differs from itself too often for anything to stand out. */
const RATE0_MOST = 0.5;
const ERROR = 0.05;
const TRIALS_MAX = 60;

/**
 * From a control: how often the reference side differs from itself.
 *
 * @param probesMax - probes that share the error
 * @returns null when the target differs from itself so often that no probe could decide
 */
export function noiseModelOf({
  differing,
  trials,
  probesMax,
}: {
  readonly differing: number;
  readonly trials: number;
  readonly probesMax: number;
}): NoiseModel | null {
  // a few equal trials do not show a rate of zero, nor a few unequal ones a rate of one
  const rate0 = differing === 0 ? RATE0_LEAST : Math.max(RATE0_LEAST, (differing + 1) / (trials + 2));
  if (rate0 > RATE0_MOST) return null;
  return {
    rate0,
    rate1: Math.min(0.98, rate0 + RATE_GAP),
    alpha: ERROR / probesMax,
    beta: ERROR,
    trialsMax: TRIALS_MAX,
  };
}
