/**
 * Diagnosis of one failing row of a run: where the two sides part, which factor moves them, and how small the reproducer is.
 * @module
 */
import { z } from 'zod';
import { promise } from './plan.ts';
import { differenceKind, repro, reproElement } from './repro.ts';
import { identifier, measured, notMeasured, schemaVersion, unsupported } from './scalars.ts';

/** An op, as the trace names it, at a position of the request. */
const tracedOp = z.strictObject({
  op: z.string(),
  /** Null for what is before the first layer, or after the last. */
  layer: z.int().min(0).nullable(),
  position: z.int().min(0),
});

/** Where the two sides part inside the model. */
export const divergenceSite = z.discriminatedUnion('kind', [
  /** Every input that is traced is equal, and the result is not: this op, or a state that no trace shows. */
  z.strictObject({ kind: z.literal('op'), ...tracedOp.shape, inputs: z.array(z.string()) }),
  /** The op is not to blame: what it was given differed already. */
  z.strictObject({ kind: z.literal('input-differed'), ...tracedOp.shape, input: z.string() }),
  /** Both sides are the same in everything that is traced. */
  z.strictObject({ kind: z.literal('none'), why: z.string() }),
  unsupported,
]);
export type DivergenceSite = z.infer<typeof divergenceSite>;

export const divergenceLocation = z.strictObject({
  /** Whether the pair differed again when it was run for the diagnosis. */
  reproduced: z.boolean(),
  /** Index of the first produced token whose logits differ, or that differs itself; null = none does. */
  firstBitDiff: z.int().min(0).nullable(),
  firstTokenDiff: z.int().min(0).nullable(),
  /** Position in the request (prompt and output) that the first differing token was produced from; null = none, or not told. */
  position: z.int().min(0).nullable(),
  site: divergenceSite,
});
export type DivergenceLocation = z.infer<typeof divergenceLocation>;

const share = z.union([measured, notMeasured]);

export const factorShare = z.strictObject({
  id: z.string(),
  label: z.string(),
  /** Shapley effect; the shares of all factors sum to 1. The interval is over cases. */
  share,
  /** Alone, and with all its interactions. */
  firstOrder: z.number(),
  /** Null in a fractional design. */
  total: z.number().nullable(),
});
export type FactorShare = z.infer<typeof factorShare>;

export const attribution = z.strictObject({
  kind: z.literal('measured'),
  design: z.enum(['full', 'fractional']),
  /** What was measured in each cell. */
  response: z.string(),
  cells: z.int().min(1),
  cases: z.int().min(1),
  factors: z.array(factorShare),
  /** Effects of the analysis of variance, the largest first; share of the sum of squares between cells. */
  effects: z.array(
    z.strictObject({
      factors: z.array(z.string()).min(1),
      share: z.number(),
      pValue: z.number().nullable(),
      /** Effects that a fractional design cannot tell from this one. */
      aliases: z.array(z.array(z.string())),
    }),
  ),
});
export type Attribution = z.infer<typeof attribution>;

export const diagnosis = z.strictObject({
  schemaVersion,
  runId: identifier,
  row: z.strictObject({
    report: z.enum(['determinism', 'drift', 'leakage']),
    perturbation: identifier,
    axis: z.string(),
    level: identifier,
    label: z.string(),
    promise,
  }),
  pair: z.strictObject({ unitId: z.string(), caseId: identifier, requestId: z.string() }),
  by: differenceKind,
  location: divergenceLocation,
  attribution: z.union([attribution, notMeasured]),
  reproducer: z.union([
    z.strictObject({
      kind: z.literal('written'),
      file: z.literal('repro.json'),
      minimality: repro.shape.minimality,
      elements: z.array(reproElement),
      elementsBefore: z.int().min(0),
      probes: repro.shape.probes,
    }),
    notMeasured,
  ]),
});
export type Diagnosis = z.infer<typeof diagnosis>;
