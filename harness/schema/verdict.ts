/**
 * Verdict: the gate's answer, check by check.
 *
 * Invariant: PASS only when the interval lies inside the bound, FAIL when it lies outside, INCONCLUSIVE otherwise.
 * @module
 */
import { z } from 'zod';
import { identifier, schemaVersion } from './scalars.ts';

export const reportKind = z.enum(['determinism', 'drift', 'leakage']);
export type ReportKind = z.infer<typeof reportKind>;

export const checkOutcome = z.enum(['pass', 'fail', 'inconclusive']);
export type CheckOutcome = z.infer<typeof checkOutcome>;

export const check = z.strictObject({
  report: reportKind,
  axis: z.string(),
  level: identifier,
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
});
export type Check = z.infer<typeof check>;

export const verdictOutcome = z.enum(['pass', 'fail', 'inconclusive', 'incomplete']);
export type VerdictOutcome = z.infer<typeof verdictOutcome>;

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
  reports: z.record(reportKind, z.enum([...verdictOutcome.options, 'not-run'])),
  checks: z.array(check),
});
export type Verdict = z.infer<typeof verdict>;
