/**
 * Comparison: two results, request by request and effect by effect, paired. Measured, not judged: the gate judges it by a policy.
 * @module
 */
import { z } from 'zod';
import { effectMetric } from './baseline.ts';
import { equality } from './finding.ts';
import { promise } from './plan.ts';
import { equalityKind } from './policy.ts';
import { estimate, schemaVersion, sha256Hex } from './scalars.ts';
import { reportKind } from './verdict.ts';

const side = z.strictObject({ name: z.string(), planSha256: sha256Hex, targetFingerprintSha256: sha256Hex });

const noEquality = z.strictObject({ kind: z.enum(['unsupported', 'not-measured']), why: z.string() });

/** Outputs of one axis and level: equal to the base's? */
export const outputRow = z.strictObject({
  axis: z.string(),
  level: z.string(),
  label: z.string(),
  bits: z.union([equality, noEquality]),
  tokens: z.union([equality, noEquality]),
  text: equality,
  /** Ids of the first requests that differ, for people. */
  changed: z.array(z.string()),
});
export type OutputRow = z.infer<typeof outputRow>;

/** The same effect on both sides, over the cases that both have. */
export const effectChange = z.strictObject({
  report: reportKind,
  axis: z.string(),
  level: z.string(),
  label: z.string(),
  promise,
  metric: effectMetric,
  base: estimate,
  head: estimate,
  /** head - base, mean over the shared cases with a 95 % interval. */
  difference: estimate,
  /** Two-sided, of no difference, by exchange of the two sides within a case; null where nothing was compared. */
  pValue: z.number().min(0).max(1).nullable(),
});
export type EffectChange = z.infer<typeof effectChange>;

/** How often repeated requests differ: the base from itself, the head from the base, and the paired difference of the two. */
export const noiseComparison = z.strictObject({
  metric: equalityKind,
  requests: z.int().min(1),
  own: estimate,
  cross: estimate,
  excess: estimate,
  pValue: z.number().min(0).max(1).nullable(),
});
export type NoiseComparison = z.infer<typeof noiseComparison>;

/** By how much repeated outputs move: the base from itself, the head from the base, and the paired difference of the two. */
export const noiseMeasure = z.strictObject({
  /** Mean log-probability of the output's tokens in nats, or its length in tokens; mean |difference| over the repeats of a request. */
  metric: z.enum(['meanLogprob', 'outputTokens']),
  requests: z.int().min(1),
  own: estimate,
  cross: estimate,
  excess: estimate,
  /** Two-sided, paired permutation test over requests. */
  pValue: z.number().min(0).max(1).nullable(),
});
export type NoiseMeasure = z.infer<typeof noiseMeasure>;

export const comparison = z.strictObject({
  schemaVersion,
  base: side,
  head: side,
  units: z.strictObject({ both: z.int().min(0), onlyBase: z.array(z.string()), onlyHead: z.array(z.string()) }),
  /** What of the target is not as it was. */
  targetChanges: z.array(
    z.strictObject({ name: z.string(), base: z.string().nullable(), head: z.string().nullable() }),
  ),
  /** What cannot be compared, in words. */
  notComparable: z.array(z.string()),
  outputs: z.array(outputRow),
  effects: z.array(effectChange),
  /** Empty when not both sides have repeats. */
  noise: z.array(noiseComparison),
  /** Measured, not judged. Absent without repeats on both sides, or where a baseline holds no sizes of its outputs. */
  noiseMeasures: z.array(noiseMeasure).min(1).optional(),
});
export type Comparison = z.infer<typeof comparison>;
