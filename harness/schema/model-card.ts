/**
 * Model card: how a model was served when it was measured, how that is known, and what each knob of the serving path leaves of an output.
 *
 * The same as the section in Markdown, for machines: a registry or a deployment check that reads it needs no other file of the run.
 * @module
 */
import { z } from 'zod';
import { cardEntry } from './manifest.ts';
import { schemaVersion } from './scalars.ts';
import { checkOutcome, invariant, verdictOutcome } from './verdict.ts';

export const modelCard = z.strictObject({
  schemaVersion,
  runId: z.string(),
  createdAt: z.iso.datetime(),
  evenkeelVersion: z.string(),
  target: z.string(),
  /** Serving configuration; an entry that nobody knows is there too, as `unknown`. */
  servingConfiguration: z.array(cardEntry),
  /** What the target was seen to do, in words. */
  capabilities: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  /** Serving-time invariants: by knob, in the order of the plan. Empty = none was measured. */
  invariants: z.array(invariant),
  verdict: z.strictObject({
    outcome: verdictOutcome,
    policyName: z.string(),
    /** One sentence; begins with PARTIAL when shards are missing. */
    reason: z.string(),
  }),
  /** Worst first. */
  checks: z.array(
    z.strictObject({
      report: z.string(),
      place: z.string(),
      rule: z.string(),
      observed: z.string(),
      outcome: checkOutcome,
      reason: z.string(),
    }),
  ),
});
export type ModelCard = z.infer<typeof modelCard>;
