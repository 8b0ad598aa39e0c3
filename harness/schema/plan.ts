/**
 * Plan: the ordered list of units (experimental cells) of one run.
 *
 * A unit is everything that must stay on one endpoint together: a case (or a batch of cases), the control and all the levels
 * that are compared with it. A unit names its levels; the requests of a level are made from it again, by a pure function.
 * @module
 */
import { z } from 'zod';
import { answerRule } from './answer.ts';
import type { precisionMode } from './scalars.ts';
import { identifier, schemaVersion, sha256Hex } from './scalars.ts';
import type { ServingKnobs } from './serving-knobs.ts';

/** What the target owes at a level, compared with the level's reference. */
export const promise = z.enum([
  /** Nothing that should matter changed: the same bits are owed. */
  'bit-equal',
  /** Only the content of *other* requests changed, at equal lengths and arrival: the same bits are owed; a difference is a leak. */
  'content-independent',
  /** The prompt or the arithmetic changed: the output may move; by how much is measured as drift. */
  'drift',
]);
export type LevelPromise = z.infer<typeof promise>;

export const level = z.strictObject({
  /** `none` is the control; other ids are unique in the unit, for example `size-4-ragged`. */
  id: identifier,
  /** What is varied, for example `batch-size/ragged`. Rows of a report are made per axis and level. */
  axis: z.string(),
  /** For people, for example `4 requests, ragged lengths`. */
  label: z.string(),
  /** The level that this one is compared with; null for a control. */
  reference: identifier.nullable(),
  promise,
});
export type Level = z.infer<typeof level>;

export const unit = z.strictObject({
  /** `u-` and 16 hex digits: a hash over all that defines the measurement (section 4.2 of the conventions). */
  id: z.string().regex(/^u-[0-9a-f]{16}$/),
  perturbation: identifier,
  caseIds: z.array(identifier).min(1),
  levels: z.array(level).min(1),
  /** The seed string that the perturbation derives all its choices from. */
  seed: z.string(),
  /** Estimated cost, for progress and for shards. */
  cost: z.strictObject({ requests: z.int().min(0), tokens: z.int().min(0) }),
});
export type Unit = z.infer<typeof unit>;

export const plan = z.strictObject({
  schemaVersion,
  /** SHA-256 over the units' ids in order. */
  planSha256: sha256Hex,
  units: z.array(unit).min(1),
  /** By case id, of the cases that have one: not a part of the measurement, and not in the digest. Absent = none has. */
  answers: z.record(identifier, answerRule).optional(),
});
export type Plan = z.infer<typeof plan>;

/** A part of a plan that one machine runs. */
export const shard = z.strictObject({
  /** 1-based. */
  index: z.int().min(1),
  of: z.int().min(1),
  /** The rule that gives each unit its shard, see harness/plan/shards.ts. */
  by: z.enum(['hash', 'cost']),
});
export type Shard = z.infer<typeof shard>;

/** How one level of a unit is sent: made by the perturbation, never stored. */
export interface LevelJob {
  readonly unitId: string;
  readonly levelId: string;
  readonly precision: z.infer<typeof precisionMode> | 'target-default';
  /**
   * Which waves share state (slots, caches). Every job starts fresh; `one-per-wave` starts fresh for each wave too, so that what
   * ran before is an axis of its own (`prior-content`) and never a confounder of another one.
   */
  readonly sessions: 'one' | 'one-per-wave';
  /** `forbidden`: a request that is sent again would change the batch that is measured, so the unit is redone whole. */
  readonly requestRetry?: 'allowed' | 'forbidden';
  /** Set over the target's own configuration, for this level alone. */
  readonly knobs?: ServingKnobs;
  /** Requests in the order of submission; a wave is admitted when the wave before it has finished. */
  readonly waves: readonly (readonly PlannedRequest[])[];
}

export interface PlannedRequest {
  /** Pairs a request with its counterpart at the reference level: equal id = compared. Unique in the job. */
  readonly id: string;
  readonly caseId: string;
  /** Only probes are compared; mates are there to share the batch. */
  readonly role: 'probe' | 'mate';
  readonly prompt:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'tokens'; readonly tokenIds: readonly number[] };
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  /** The random string planted in this request's prompt; its appearance in another request's output proves a leak. */
  readonly canary: string | null;
  /** Keep the logits of this many last prompt positions (0 = none). */
  readonly scoreLastPositions: number;
  /** Also score the tokens that the request of the same id produced at this level (teacher forcing), so that drift is compared in one context. */
  readonly forcedFromLevel: string | null;
  /** Steps of the target after which the request arrives, counted from the start of its wave; absent = 0. */
  readonly arrivalStep?: number;
  /**
   * `skipped`: logits of prompt positions are not asked for. They have to be computed to be looked at, so that a request that asks for
   * them can take nothing from a prefix cache.
   */
  readonly promptLogits?: 'hashed' | 'skipped';
  /**
   * Requests of unequal salts share no prefix; '' = sent without one. A target that can share prefixes does so in a job that has salts.
   * Absent = what the target does by itself.
   */
  readonly cacheSalt?: string;
  /**
   * `prefill`: nothing is produced; the prompt and the forced tokens behind it are computed in one go, and what is observed as produced is
   * the forced tokens with what predicts them there. Absent = `decode`.
   */
  readonly evaluation?: 'decode' | 'prefill';
  /** `stream`: the answer is taken in pieces, and its text is the pieces joined. Absent = `whole`. */
  readonly delivery?: 'whole' | 'stream';
  /**
   * The form that is sent; the prompt is the same. Absent = the one that the target prefers: ids where it takes them and they mean the
   * same there, else text.
   */
  readonly promptForm?: 'text' | 'tokens';
  /** The target is asked to keep this many last tokens of the prompt. Absent = it is asked to cut nothing. */
  readonly truncateTo?: number;
  /** Name of an adapter; requests of unequal adapters share no prefix. Absent = none. */
  readonly adapter?: string;
}
