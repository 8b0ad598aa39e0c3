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

/** Flips whose margin lies below the noise of the run's repeats: left out of what differs, or counted as any other. */
export const nearTies = z.enum(['excused', 'counted']);
export type NearTies = z.infer<typeof nearTies>;

export const equalityBound = z.strictObject({
  posture: posture.optional().describe('`strict` or `tolerant`, at this place.'),
  require: equalityKind.optional().describe('The equality that is owed at this place.'),
  maxFailureRate: share.optional().describe('The failure rate that a PASS may still allow at this place.'),
  noiseMargin: share
    .optional()
    .describe('Tolerant posture: how much more often than under a plain repeat an output may differ.'),
  nearTies: nearTies
    .optional()
    .describe('Tolerant posture: `excused` or `counted`, at this place; see the same key of the policy.'),
  maxLogprobFailureRate: share
    .optional()
    .describe(
      "Where a target gives no bits: the chosen tokens' log-probabilities must be the same numbers, and a PASS may still allow this failure rate. Absent: measured, not judged.",
    ),
});
export type EqualityBound = z.infer<typeof equalityBound>;

export const driftBound = z.strictObject({
  klNatsMeanMax: z
    .number()
    .positive()
    .optional()
    .describe("FAIL when the mean KL's interval lies above; PASS when it lies below or at it."),
  sameTopShareMin: share.optional().describe('Positions with the same most likely token, at least.'),
  rmsLogprobDiffMax: z
    .number()
    .positive()
    .optional()
    .describe('Root mean square of the log-probability differences, at most.'),
  perplexityRatioMax: z
    .number()
    .positive()
    .optional()
    .describe('Perplexity of the level over that of its reference, at most.'),
  klNatsMaxMax: z
    .number()
    .positive()
    .optional()
    .describe('A largest value has no interval: the largest that was seen is held against it.'),
  maxAbsLogprobDiffMax: z.number().positive().optional().describe('Largest log-probability difference, at most.'),
  retrievalMin: share.optional().describe('Share of hidden phrases that are found (perturbation `needle`), at least.'),
  answerLossMax: share
    .optional()
    .describe(
      'Right answers lost less those gained, as a share of the scored requests, at most; judged by the exact McNemar test. Cases name their right answer (`answer.expected`).',
    ),
});
export type DriftBound = z.infer<typeof driftBound>;

export const leakageBound = z.strictObject({
  maxFailureRate: share.optional().describe('The failure rate that a PASS may still allow at this place.'),
  maxCanaryRate: share.optional().describe('The rate of outputs with a foreign canary that a PASS may still allow.'),
});
export type LeakageBound = z.infer<typeof leakageBound>;

/** Which error is held when many p-values are looked at. */
export const multiplicity = z.strictObject({
  method: z
    .enum(['holm', 'benjamini-hochberg', 'none'])
    .describe(
      'Holm bounds the chance of any false alarm, Benjamini-Hochberg the share of false ones among the alarms.',
    ),
  alpha: z.number().gt(0).lt(1).describe('Chance of a false alarm, or share of false ones, that is accepted.'),
});
export type Multiplicity = z.infer<typeof multiplicity>;

/** Sizes of a change against a baseline, one per kind of effect. */
const changeSizes = z.strictObject({
  failureRate: share.describe('Of shares of requests that differ.'),
  klNatsMean: z.number().min(0).describe('Of mean KL, in nats.'),
  sameTopShare: share.describe('Of the share of positions with the same most likely token.'),
});
export type ChangeSizes = z.infer<typeof changeSizes>;

export const baselinePolicy = z.strictObject({
  outputs: z
    .enum([...equalityKind.options, 'none'])
    .default('bits')
    .describe(
      'What must be as in the baseline, request by request; `none` = outputs may change, only the effects are compared.',
    ),
  allowPartial: z
    .boolean()
    .default(false)
    .describe(
      'True: units of the baseline that are not in the run are left out; false: the comparison is then incomplete.',
    ),
  noise: changeSizes
    .default({ failureRate: 0.01, klNatsMean: 0.000238, sameTopShare: 0.0078 })
    .describe(
      'A change counts only when all of its interval lies beyond this (of drift: the band `very small`, see KL_BANDS).',
    ),
  margin: changeSizes
    .default({ failureRate: 0.2, klNatsMean: 0.004726, sameTopShare: 0.0345 })
    .describe('PASS: all of the interval lies below this (of drift: the band `small`).'),
});
export type BaselinePolicy = z.infer<typeof baselinePolicy>;

export const cacheTimingPolicy = z.strictObject({
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-4)
    .describe(
      "FAIL: hits on another tenant's prefix are sooner than misses, by the exact one-sided test at this level.",
    ),
  equivalenceAlpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.05)
    .describe('PASS: two one-sided tests at this level, each, show that hits and misses take equally long.'),
  marginMax: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.1)
    .describe(
      'Equally long: the chance that a hit is sooner lies within 0.5 ± this at most; a wider claim is no PASS.',
    ),
});
export type CacheTimingPolicy = z.infer<typeof cacheTimingPolicy>;

export const waiver = z.strictObject({
  report: z
    .enum(['determinism', 'drift', 'leakage', 'baseline', 'serving-card'])
    .describe('The report whose check is waived.'),
  axis: z.string().min(1).describe('The axis of the check.'),
  level: z.string().min(1).optional().describe('Nothing = every level of the axis.'),
  metric: z.string().min(1).optional().describe('Nothing = every check there.'),
  owner: z.string().min(1).describe('Who answers for the waiver.'),
  reason: z.string().min(1).describe('Why it is accepted for now.'),
  expires: z.iso.date().describe('The last day on which it counts.'),
});
export type Waiver = z.infer<typeof waiver>;

export const policy = z.strictObject({
  name: z.string().min(1).default('default').describe('What reports call the policy.'),
  posture: posture
    .default('strict')
    .describe(
      'What a target that repeats itself owes (`strict`), or how a target that does not is judged (`tolerant`).',
    ),
  maxFailureRate: share
    .default(0.2)
    .describe('Rows that owe equal bits: the failure rate that a PASS may still allow. 0 of n gives 1 - 0.05^(1/n).'),
  require: equalityKind
    .default('bits')
    .describe('`bits` where the target gives logits; `tokens` accepts bit differences that change no token.'),
  noiseMargin: share
    .default(0.05)
    .describe('Tolerant posture: how much more often than under a plain repeat an output may differ.'),
  nearTies: nearTies
    .default('excused')
    .describe(
      'Tolerant posture, judged by tokens: a flip whose two tokens lay closer together than a repeat moves a log-probability is a near tie; `excused` leaves it out on both sides, `counted` does not. A strict posture excuses nothing.',
    ),
  maxCanaryRate: share
    .default(0.01)
    .describe(
      'Outputs that hold a foreign canary: 0 hits, and the rate that a PASS may still allow (0 of 299 gives 1 %).',
    ),
  minCases: z.int().min(2).default(2).describe('An interval over fewer cases than this decides nothing.'),
  determinism: z.record(z.string(), equalityBound).default({}).describe('Bounds by place.'),
  drift: z.record(z.string(), driftBound).default({}).describe('No bound = measured, not judged.'),
  leakage: z.record(z.string(), leakageBound).default({}).describe('Bounds by place.'),
  cacheTiming: cacheTimingPolicy.prefault({}).describe('How times of a timing audit are judged (config: cacheTiming).'),
  baseline: baselinePolicy.prefault({}).describe('How a run is compared with a baseline.'),
  families: z
    .strictObject({
      determinism: multiplicity
        .default({ method: 'benjamini-hochberg', alpha: 0.05 })
        .describe('How many p-values of this report are looked at together.'),
      drift: multiplicity
        .default({ method: 'benjamini-hochberg', alpha: 0.05 })
        .describe('How many p-values of this report are looked at together.'),
      leakage: multiplicity
        .default({ method: 'holm', alpha: 0.01 })
        .describe('How many p-values of this report are looked at together.'),
    })
    .prefault({})
    .describe('Correction for many tests at once, by report.'),
  card: z
    .record(z.string(), z.enum(['observed', 'declared']))
    .default({})
    .describe(
      'Lines of the serving card that must be known, by name: `observed` in the target, or at least `declared` by its operator.',
    ),
  waivers: z
    .array(waiver)
    .default([])
    .describe('Failures that are known and accepted until a day, each with an owner.'),
  failOnInconclusive: z
    .boolean()
    .default(false)
    .describe('Exit 4 instead of 0 with a warning when a check is inconclusive.'),
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
