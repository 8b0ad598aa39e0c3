/**
 * Policy: the bounds that the gate applies. Every threshold is a default in the configuration, never a constant in code.
 * @module
 */
import { z } from 'zod';

const share = z.number().min(0).max(1);

export const driftBound = z.strictObject({
  /** FAIL when the mean KL's interval lies above; PASS when it lies below or at it. */
  klNatsMeanMax: z.number().positive().optional(),
  sameTopShareMin: share.optional(),
});
export type DriftBound = z.infer<typeof driftBound>;

export const policy = z.strictObject({
  name: z.string().min(1).default('default'),
  /** Rows that owe equal bits: the failure rate that a PASS may still allow. 0 of n gives 1 - 0.05^(1/n). */
  maxFailureRate: share.default(0.2),
  /** `bits` where the target gives logits; `tokens` accepts bit differences that change no token. */
  require: z.enum(['bits', 'tokens']).default('bits'),
  /** Bounds by axis (`precision`) or axis and level (`precision:bf16`). No bound = measured, not judged. */
  drift: z.record(z.string(), driftBound).default({}),
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
