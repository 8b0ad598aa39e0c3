/**
 * Policy: the bounds that the gate applies. Every threshold is a default in the configuration, never a constant in code.
 *
 * A bound has a place: an axis (`precision`, which is also every `precision/...`), an axis and a level (`precision:bf16`), or
 * `*`. The most exact place wins, value by value.
 * @module
 */
import { z } from 'zod';

const share = z.number().min(0).max(1);

/** The equality that a target owes, strongest first; what cannot be had falls back to the next one, and the verdict says so. */
export const equalityKind = z.enum(['bits', 'tokens', 'text']);
export type EqualityKind = z.infer<typeof equalityKind>;

/** `strict`: one difference fails. `tolerant`: differences are held against the target's own run-to-run noise. */
export const posture = z.enum(['strict', 'tolerant']);
export type Posture = z.infer<typeof posture>;

export const equalityBound = z.strictObject({
  posture: posture.optional(),
  require: equalityKind.optional(),
  maxFailureRate: share.optional(),
  /** Tolerant posture: how much more often than under a plain repeat an output may differ. */
  noiseMargin: share.optional(),
  /**
   * Where a target gives no bits: the chosen tokens' log-probabilities must be the same numbers, and a PASS may still allow this
   * failure rate. Absent = measured, not judged.
   */
  maxLogprobFailureRate: share.optional(),
});
export type EqualityBound = z.infer<typeof equalityBound>;

export const driftBound = z.strictObject({
  /** FAIL when the mean KL's interval lies above; PASS when it lies below or at it. */
  klNatsMeanMax: z.number().positive().optional(),
  sameTopShareMin: share.optional(),
  rmsLogprobDiffMax: z.number().positive().optional(),
  perplexityRatioMax: z.number().positive().optional(),
  /** A largest value has no interval: the largest that was seen is held against it. */
  klNatsMaxMax: z.number().positive().optional(),
  maxAbsLogprobDiffMax: z.number().positive().optional(),
});
export type DriftBound = z.infer<typeof driftBound>;

export const leakageBound = z.strictObject({
  maxFailureRate: share.optional(),
  maxCanaryRate: share.optional(),
});
export type LeakageBound = z.infer<typeof leakageBound>;

/** Which error is held when many p-values are looked at. */
export const multiplicity = z.strictObject({
  /** Holm bounds the chance of any false alarm, Benjamini-Hochberg the share of false ones among the alarms. */
  method: z.enum(['holm', 'benjamini-hochberg', 'none']),
  alpha: z.number().gt(0).lt(1),
});
export type Multiplicity = z.infer<typeof multiplicity>;

/** Sizes of a change against a baseline, one per kind of effect. */
const changeSizes = z.strictObject({
  /** Of shares of requests that differ. */
  failureRate: share,
  klNatsMean: z.number().min(0),
  sameTopShare: share,
});
export type ChangeSizes = z.infer<typeof changeSizes>;

export const baselinePolicy = z.strictObject({
  /** What must be as in the baseline, request by request; `none` = outputs may change, only the effects are compared. */
  outputs: z.enum([...equalityKind.options, 'none']).default('bits'),
  /** True: units of the baseline that are not in the run are left out; false: the comparison is then incomplete. */
  allowPartial: z.boolean().default(false),
  /** A change counts only when all of its interval lies beyond this (of drift: the band `very small`, see KL_BANDS). */
  noise: changeSizes.default({ failureRate: 0.01, klNatsMean: 0.000238, sameTopShare: 0.0078 }),
  /** PASS: all of the interval lies below this (of drift: the band `small`). */
  margin: changeSizes.default({ failureRate: 0.2, klNatsMean: 0.004726, sameTopShare: 0.0345 }),
});
export type BaselinePolicy = z.infer<typeof baselinePolicy>;

export const waiver = z.strictObject({
  report: z.enum(['determinism', 'drift', 'leakage', 'baseline', 'serving-card']),
  axis: z.string().min(1),
  /** Nothing = every level of the axis. */
  level: z.string().min(1).optional(),
  /** Nothing = every check there. */
  metric: z.string().min(1).optional(),
  owner: z.string().min(1),
  reason: z.string().min(1),
  /** The last day on which it counts. */
  expires: z.iso.date(),
});
export type Waiver = z.infer<typeof waiver>;

export const policy = z.strictObject({
  name: z.string().min(1).default('default'),
  /** What a target that repeats itself owes (`strict`), or how a target that does not is judged (`tolerant`). */
  posture: posture.default('strict'),
  /** Rows that owe equal bits: the failure rate that a PASS may still allow. 0 of n gives 1 - 0.05^(1/n). */
  maxFailureRate: share.default(0.2),
  /** `bits` where the target gives logits; `tokens` accepts bit differences that change no token. */
  require: equalityKind.default('bits'),
  noiseMargin: share.default(0.05),
  /** Outputs that hold a foreign canary: 0 hits, and the rate that a PASS may still allow (0 of 299 gives 1 %). */
  maxCanaryRate: share.default(0.01),
  /** An interval over fewer cases than this decides nothing. */
  minCases: z.int().min(2).default(2),
  determinism: z.record(z.string(), equalityBound).default({}),
  /** No bound = measured, not judged. */
  drift: z.record(z.string(), driftBound).default({}),
  leakage: z.record(z.string(), leakageBound).default({}),
  baseline: baselinePolicy.prefault({}),
  families: z
    .strictObject({
      determinism: multiplicity.default({ method: 'benjamini-hochberg', alpha: 0.05 }),
      drift: multiplicity.default({ method: 'benjamini-hochberg', alpha: 0.05 }),
      leakage: multiplicity.default({ method: 'holm', alpha: 0.01 }),
    })
    .prefault({}),
  /** Lines of the serving card that must be known, by name: `observed` in the target, or at least `declared` by its operator. */
  card: z.record(z.string(), z.enum(['observed', 'declared'])).default({}),
  waivers: z.array(waiver).default([]),
  /** Exit 4 instead of 0 with a warning when a check is inconclusive. */
  failOnInconclusive: z.boolean().default(false),
});
export type Policy = z.infer<typeof policy>;

/**
 * Names for sizes of the mean KL, in nats: measured bands of real quantisations
 * (llama.cpp logs: Q8_0 0.000238, Q5_K_M 0.004726, Q3_K_M 0.0511, IQ3_M 0.0664).
 */
export const KL_BANDS: readonly { readonly name: string; readonly maxNats: number }[] = [
  { name: 'zero', maxNats: 0 },
  { name: 'very small', maxNats: 0.000238 },
  { name: 'small', maxNats: 0.004726 },
  { name: 'large', maxNats: 0.0511 },
  { name: 'very large', maxNats: 0.0664 },
  { name: 'beyond very large', maxNats: Number.POSITIVE_INFINITY },
];
