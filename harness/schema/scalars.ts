/**
 * Small values that every record shares: ids, digests, and the three-way "measured / not measured / unsupported".
 *
 * "Not supported by this target", "not measured" and "measured zero" are three different values; never 0 or null for the first two.
 * @module
 */
import { z } from 'zod';

/** The version of every record in this room. A change of meaning raises it and adds a step to `upgrade/` and a fixture of the old record. */
export const SCHEMA_VERSION = 2;

export const schemaVersion = z.literal(SCHEMA_VERSION);

export const identifier = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,79}$/,
    'an id of at most 80 characters: a-z, 0-9, ".", "_", "-", starting with a-z or 0-9',
  );

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');

export const precisionMode = z.enum(['f32', 'f32-kvq', 'w8a8', 'bf16']);
export type PrecisionMode = z.infer<typeof precisionMode>;

export const unsupported = z.strictObject({ kind: z.literal('unsupported'), why: z.string() });
export const notMeasured = z.strictObject({ kind: z.literal('not-measured'), why: z.string() });

/** An estimate with its interval (95 % unless the field that holds it says otherwise). */
export const measured = z.strictObject({
  kind: z.literal('measured'),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** How many independent comparisons stand behind the value. */
  n: z.int().min(0),
});
export const estimate = z.discriminatedUnion('kind', [measured, notMeasured, unsupported]);
export type Estimate = z.infer<typeof estimate>;
