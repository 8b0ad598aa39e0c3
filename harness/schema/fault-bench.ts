/**
 * The result of the fault bench: what it found of the seeded faults, which controls it flagged, and what it did not run.
 * @module
 */
import { z } from 'zod';
import { schemaVersion } from './scalars.ts';

const count = z.int().min(0);

export const faultScore = z.strictObject({
  id: z.string(),
  name: z.string(),
  suite: z.string(),
  protocol: z.string(),
  core: z.boolean(),
  /** Trials, one a seed. */
  seeded: count,
  /** Of these, the mutated line never ran: neither found nor missed. */
  notActivated: count,
  detected: count,
  /** With everything that the engine shows; with what any server returns. */
  white: count,
  black: count,
  /** Named by an audit or an invariant of the engine. */
  traps: count,
  localised: count,
  ms: z.number().min(0),
  outcome: z.enum(['found', 'missed', 'inconclusive']),
});
export type StoredFaultScore = z.infer<typeof faultScore>;

export const controlScore = z.strictObject({
  id: z.string(),
  title: z.string(),
  runs: count,
  alarms: count,
  /** 95 % upper bound of the rate of false alarms. */
  rateHigh: z.number().min(0).max(1),
  outcome: z.enum(['silent', 'alarm']),
});
export type StoredControlScore = z.infer<typeof controlScore>;

export const faultBench = z.strictObject({
  schemaVersion,
  seeds: count,
  alpha: z.number().gt(0).lt(1),
  faults: z.array(faultScore),
  controls: z.array(controlScore),
  notRun: z.array(z.strictObject({ id: z.string(), name: z.string(), why: z.string() })),
  /** Protocols that the unchanged engine did not pass: nothing found there counts. */
  unclean: z.array(z.strictObject({ protocol: z.string(), seed: z.string(), why: z.string() })),
  outcome: z.enum(['pass', 'fail']),
  reason: z.string(),
  ms: z.number().min(0),
});
export type FaultBench = z.infer<typeof faultBench>;
