/**
 * Manifest: everything that could change a bit, and how to run it again. The serving card is its part about the target.
 * @module
 */
import { z } from 'zod';
import { shard } from './plan.ts';
import { schemaVersion, sha256Hex } from './scalars.ts';

export const cardEntry = z.strictObject({
  name: z.string(),
  value: z.string(),
  /** How we know: seen in the target, told by its operator, derived, or not known. */
  source: z.enum(['observed', 'declared', 'inferred', 'unknown']),
  /** The endpoint that showed it, for example `GET /metrics`. */
  where: z.string().optional(),
});
export type CardEntry = z.infer<typeof cardEntry>;

/** One thing that a target was asked to do, and what it did. Never taken from the name of a server. */
export const capability = z.strictObject({
  id: z.string(),
  state: z.enum(['supported', 'unsupported', 'broken', 'not-probed']),
  /** What was seen, in words and numbers. */
  evidence: z.string(),
});
export type Capability = z.infer<typeof capability>;

/** A target behind HTTP. */
export const endpointDescription = z.strictObject({
  baseUrl: z.string(),
  api: z.string(),
  /** The kind of server whose fields were tried. */
  dialect: z.string(),
  route: z.string(),
  model: z.string(),
  /** SHA-256 over who answered: compared before, during and after a run. */
  identitySha256: sha256Hex,
  capabilities: z.array(capability),
});
export type EndpointDescription = z.infer<typeof endpointDescription>;

export const targetDescription = z.strictObject({
  id: z.string(),
  kind: z.string(),
  /** SHA-256 over all that identifies the served model and its settings. */
  fingerprintSha256: sha256Hex,
  /** Null where the target does not tell. */
  vocabSize: z.int().min(1).nullable(),
  capabilities: z.strictObject({
    logits: z.boolean(),
    precisionModes: z.array(z.string()),
    batching: z.boolean(),
    /** Serving knobs that a level can set, by name; absent = none. */
    knobs: z.array(z.string()).optional(),
  }),
  card: z.array(cardEntry),
  /** Absent for a target in this process. */
  endpoint: endpointDescription.optional(),
});
export type TargetDescription = z.infer<typeof targetDescription>;

export const gitState = z.strictObject({ commit: z.string(), dirty: z.boolean() });

const runtime = z.strictObject({ node: z.string(), platform: z.string(), arch: z.string() });

/** What a merged run was made from. */
export const mergedFrom = z.strictObject({
  ...shard.pick({ of: true, by: true }).shape,
  /** The shards that were there, ascending; fewer than `of` = the run is PARTIAL. */
  present: z.array(z.int().min(1)).min(1),
  shards: z.array(
    z.strictObject({
      index: z.int().min(1),
      runId: z.string(),
      createdAt: z.iso.datetime(),
      evenkeelVersion: z.string(),
      runtime,
    }),
  ),
});

export const manifest = z.strictObject({
  schemaVersion,
  runId: z.string(),
  createdAt: z.iso.datetime(),
  evenkeelVersion: z.string(),
  runtime,
  /** Git state of the folder that holds the config; null outside a repository. */
  configGit: gitState.nullable(),
  configSha256: sha256Hex,
  casesSha256: sha256Hex,
  planSha256: sha256Hex,
  seed: z.string(),
  /** The resolved configuration, JSON. */
  config: z.unknown(),
  target: targetDescription,
  /** The part of the plan that this run executes; null = all of it. A part is measured and never judged: that is for the merge. */
  shard: shard.nullable(),
  /** Null = not made by a merge. */
  merged: mergedFrom.nullable(),
  /** The command that makes this run again. */
  reproduce: z.string(),
});
export type Manifest = z.infer<typeof manifest>;
