/**
 * Verdict: the gate's answer, check by check.
 *
 * Invariant: PASS only when the interval lies inside the bound, FAIL when it lies outside, INCONCLUSIVE otherwise.
 * @module
 */
import { z } from 'zod';
import { waiver } from './policy.ts';
import { schemaVersion } from './scalars.ts';

export const reportKind = z.enum(['determinism', 'drift', 'leakage']);
export type ReportKind = z.infer<typeof reportKind>;

/** What a check is about: a report, a change against the baseline, or what must be known of the target. */
export const checkSubject = z.enum([...reportKind.options, 'baseline', 'serving-card']);
export type CheckSubject = z.infer<typeof checkSubject>;

export const checkOutcome = z.enum(['pass', 'fail', 'inconclusive', 'incomplete']);
export type CheckOutcome = z.infer<typeof checkOutcome>;

export const check = z.strictObject({
  report: checkSubject,
  axis: z.string(),
  /** `*` where a rule names no level. */
  level: z.string(),
  metric: z.string(),
  /** The rule in words, for example `bits equal, failure rate <= 0.2`. */
  rule: z.string(),
  /** What was measured, in words, for example `24 of 24 equal; up to 11.7 % may still fail`. */
  observed: z.string(),
  outcome: checkOutcome,
  /** One sentence: why, and for an inconclusive check what would decide it. */
  reason: z.string(),
  /** Comparisons that would decide an inconclusive check; null when more of them would not help or it is decided. */
  comparisonsNeeded: z.int().min(1).nullable(),
  /** The family whose error is held together, and the p-value before and after; null for a check without one. */
  family: z.strictObject({ name: reportKind, pValue: z.number(), adjusted: z.number(), alpha: z.number() }).nullable(),
  /** Index in `waivers`; the outcome stays what it is, but does not count. */
  waivedBy: z.int().min(0).nullable(),
});
export type Check = z.infer<typeof check>;

export const verdictOutcome = z.enum(['pass', 'fail', 'inconclusive', 'incomplete']);
export type VerdictOutcome = z.infer<typeof verdictOutcome>;

/** `active` waives something, `unused` would, `expired` does not count any more. */
export const waiverUse = z.strictObject({ ...waiver.shape, state: z.enum(['active', 'unused', 'expired']) });
export type WaiverUse = z.infer<typeof waiverUse>;

/** What a knob of the serving path leaves of an output: the strongest that was measured at every level of it. */
export const invariant = z.strictObject({
  /** The axis. */
  knob: z.string(),
  keeps: z.enum(['bit-equal', 'token-equal', 'content-independent', 'within-bound', 'changes', 'unverified']),
  levels: z.int().min(1),
  /** Comparisons at the level that has the fewest. */
  n: z.int().min(0),
  /** The highest failure rate that a level still allows (95 %); null when nothing is verified. */
  failureRateHigh: z.number().nullable(),
  /** The same for people, without the knob. */
  text: z.string(),
});
export type Invariant = z.infer<typeof invariant>;

const outcomeOrNotRun = z.enum([...verdictOutcome.options, 'not-run']);

export const verdict = z.strictObject({
  schemaVersion,
  outcome: verdictOutcome,
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(3), z.literal(4)]),
  policyName: z.string(),
  /** Shards that were judged, when some are missing; null = the whole plan. */
  partial: z.strictObject({ of: z.int().min(1), present: z.array(z.int().min(1)) }).nullable(),
  /** One sentence for the banner. */
  reason: z.string(),
  /** `not-run` when no unit of the plan feeds this report. */
  reports: z.record(reportKind, outcomeOrNotRun),
  /** `not-run` when nothing was compared with a baseline. */
  baseline: outcomeOrNotRun,
  checks: z.array(check),
  waivers: z.array(waiverUse),
  /** By knob, in the order of the plan; for the serving card. */
  invariants: z.array(invariant),
});
export type Verdict = z.infer<typeof verdict>;
