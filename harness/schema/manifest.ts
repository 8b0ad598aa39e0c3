/**
 * Manifest: everything that could change a bit, and how to run it again. The serving card is its part about the target.
 * @module
 */
import { z } from 'zod';
import { schemaVersion, sha256Hex } from './scalars.ts';

export const cardEntry = z.strictObject({
  name: z.string(),
  value: z.string(),
  /** How we know: seen in the target, told by its operator, derived, or not known. */
  source: z.enum(['observed', 'declared', 'inferred', 'unknown']),
});
export type CardEntry = z.infer<typeof cardEntry>;

export const targetDescription = z.strictObject({
  id: z.string(),
  kind: z.string(),
  /** SHA-256 over all that identifies the served model and its settings. */
  fingerprintSha256: sha256Hex,
  vocabSize: z.int().min(1),
  capabilities: z.strictObject({ logits: z.boolean(), precisionModes: z.array(z.string()), batching: z.boolean() }),
  card: z.array(cardEntry),
});
export type TargetDescription = z.infer<typeof targetDescription>;

export const gitState = z.strictObject({ commit: z.string(), dirty: z.boolean() });

export const manifest = z.strictObject({
  schemaVersion,
  runId: z.string(),
  createdAt: z.iso.datetime(),
  evenkeelVersion: z.string(),
  runtime: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string() }),
  /** Git state of the folder that holds the config; null outside a repository. */
  configGit: gitState.nullable(),
  configSha256: sha256Hex,
  casesSha256: sha256Hex,
  planSha256: sha256Hex,
  seed: z.string(),
  /** The resolved configuration, JSON. */
  config: z.unknown(),
  target: targetDescription,
  /** The command that makes this run again. */
  reproduce: z.string(),
});
export type Manifest = z.infer<typeof manifest>;
