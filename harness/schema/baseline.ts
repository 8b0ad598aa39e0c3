/**
 * Baseline: what a run measured, small enough to be committed, and complete enough to be compared with without its run folder.
 *
 * It holds no time, no run id and no path: two runs with equal results give equal bytes.
 * @module
 */
import { z } from 'zod';
import { promise } from './plan.ts';
import { estimate, identifier, schemaVersion, sha256Hex } from './scalars.ts';
import { reportKind } from './verdict.ts';

/** The first 64 bits of a SHA-256: enough to see a change, too short to be a proof. */
const shortDigest = z.string().regex(/^[0-9a-f]{16}$/, '16 lower-case hex digits');

/** Sizes of an output: what two outputs can be compared by where every one differs from every other. */
export const outputMeasures = z.strictObject({
  tokens: z.int().min(0).nullable(),
  /** Mean natural-log probability of the produced tokens; null = unavailable at one of them. */
  logprobMean: z.number().nullable(),
});
export type OutputMeasures = z.infer<typeof outputMeasures>;

/** One request's output at one level; null where the target gives no such thing. */
export const outputDigests = z.strictObject({
  bits: shortDigest.nullable(),
  tokens: shortDigest.nullable(),
  text: shortDigest,
  /** Of repeated requests alone. */
  measures: outputMeasures.optional(),
});
export type OutputDigests = z.infer<typeof outputDigests>;

export const effectMetric = z.enum([
  'bitsDifferShare',
  'tokensDifferShare',
  'textDifferShare',
  'klNatsMean',
  'sameTopShare',
  'contentDependentShare',
]);
export type EffectMetric = z.infer<typeof effectMetric>;

/** One number of a row with its interval, and the cases behind it. */
export const baselineEffect = z.strictObject({
  report: reportKind,
  axis: z.string(),
  level: identifier,
  label: z.string(),
  promise,
  metric: effectMetric,
  value: estimate,
  /** By case: numerator and denominator, so that the value of a case is their ratio. */
  cases: z.record(z.string(), z.tuple([z.number(), z.number().positive()])),
});
export type BaselineEffect = z.infer<typeof baselineEffect>;

/** Where a level of a unit belongs. */
export const baselineLevel = z.strictObject({
  axis: z.string(),
  label: z.string(),
  /** Outputs of the probes by request id. */
  requests: z.record(z.string(), outputDigests),
});

export const baseline = z.strictObject({
  planSha256: sha256Hex,
  casesSha256: sha256Hex,
  seed: z.string(),
  target: z.strictObject({
    id: z.string(),
    kind: z.string(),
    fingerprintSha256: sha256Hex,
    /** The serving card by name, to say what has changed. */
    card: z.record(z.string(), z.string()),
  }),
  effects: z.array(baselineEffect),
  /** The run has a profile: its times are not kept here, since no two runs have the same. Absent = it has none. */
  profiled: z.literal(true).optional(),
  /** The same of a timing audit. */
  timed: z.literal(true).optional(),
  /** By unit id and level id. */
  units: z.record(z.string(), z.record(z.string(), baselineLevel)),
});
export type Baseline = z.infer<typeof baseline>;

/** `evenkeel.baseline.json` */
export const baselineFile = z.strictObject({
  schemaVersion,
  baselines: z.record(identifier, baseline),
});
export type BaselineFile = z.infer<typeof baselineFile>;

/** `baseline.json` of a run folder: what the run was compared with, so that its verdict is a function of the folder. */
export const storedBaseline = z.strictObject({
  schemaVersion,
  /** How messages call it, for example `main of evenkeel.baseline.json`. */
  name: z.string(),
  baseline,
});
export type StoredBaseline = z.infer<typeof storedBaseline>;
