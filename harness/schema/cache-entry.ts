/**
 * Cache entry: one unit that a target has answered, kept so that a later run of the same unit on the same target need not ask again.
 *
 * A unit is kept whole, with all its levels, or not at all. Which units may be kept: harness/run/unit-cache.ts.
 * @module
 */
import { z } from 'zod';
import { observation } from './observation.ts';
import { schemaVersion, sha256Hex } from './scalars.ts';

export const cacheEntry = z.strictObject({
  schemaVersion,
  /** Over the target's fingerprint, the unit's levels and every request of them. */
  keySha256: sha256Hex,
  /** The run in which it was measured. */
  runId: z.string(),
  keptAt: z.iso.datetime(),
  observation,
});
export type CacheEntry = z.infer<typeof cacheEntry>;
