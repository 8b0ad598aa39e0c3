/**
 * Observation: what one unit's requests returned. One line of `units.jsonl`; logits live beside it as content-addressed blobs.
 *
 * Text is never the only copy of a number: logits are stored as bits, hashed per step, and a line refers to them by SHA-256.
 * @module
 */
import { z } from 'zod';
import { identifier, notMeasured, schemaVersion, sha256Hex, unsupported } from './scalars.ts';

/** A matrix of float32 little-endian values stored as a blob. */
export const logitsBlob = z.strictObject({
  kind: z.literal('blob'),
  sha256: sha256Hex,
  rows: z.int().min(0),
  cols: z.int().min(1),
});
export type LogitsBlob = z.infer<typeof logitsBlob>;
export const logits = z.discriminatedUnion('kind', [logitsBlob, unsupported, notMeasured]);
export type Logits = z.infer<typeof logits>;

export const requestObservation = z.strictObject({
  requestId: z.string(),
  caseId: identifier,
  role: z.enum(['probe', 'mate']),
  wave: z.int().min(0),
  /** Row in the batch at admission; null where the target does not tell. */
  row: z.int().min(0).nullable(),
  promptTokens: z.int().min(0),
  /** SHA-256 over the prompt's token ids, 4 bytes each, little-endian. */
  promptSha256: sha256Hex,
  canary: z.string().nullable(),
  tokenIds: z.array(z.int().min(0)),
  text: z.string(),
  finishReason: z.enum(['stop', 'length', 'abort']),
  /** Natural-log probability of each produced token. */
  logprobs: z.array(z.number()),
  /** SHA-256 of the logits' bytes at each produced token (empty where the target gives no logits). */
  stepSha256: z.array(sha256Hex),
  /** SHA-256 over the logits of ALL prompt positions, in order; null where the target gives none. */
  promptLogitsSha256: sha256Hex.nullable(),
  /** [produced tokens, vocab] */
  generated: logits,
  /** [last prompt positions, vocab] */
  prompt: logits,
  /** The token at each row of `prompt` + 1: what the model should have predicted there (last row: -1). */
  promptNextTokenIds: z.array(z.int().min(-1)),
  /** [forced tokens, vocab]; the forced tokens are the reference level's `tokenIds`. */
  forced: logits,
});
export type RequestObservation = z.infer<typeof requestObservation>;

export const levelObservation = z.strictObject({
  levelId: identifier,
  requests: z.array(requestObservation),
  /** Proof that the path ran: steps, max active rows, chunks, splits, slot reuses, quantised records, ties ... */
  counters: z.record(z.string(), z.number()),
});
export type LevelObservation = z.infer<typeof levelObservation>;

/** A try of a whole unit. */
export const attempt = z.strictObject({
  error: z.string().nullable(),
  durationMs: z.number().min(0),
  /** Waited after it, before the next. */
  waitMs: z.number().min(0),
});

export const observation = z.strictObject({
  schemaVersion,
  unitId: z.string(),
  status: z.enum(['ok', 'error', 'unsupported']),
  /** Why, when status is not ok. */
  why: z.string().nullable(),
  /** The worker or endpoint that ran the whole unit. */
  lane: z.int().min(0),
  /** Where the unit was sent, where a lane is an endpoint; null = in this process. */
  endpoint: z.string().nullable(),
  /** Units in flight beside it, itself included: when it began, and at most while it ran. */
  concurrency: z.union([z.strictObject({ atStart: z.int().min(1), max: z.int().min(1) }), notMeasured]),
  startedAt: z.iso.datetime(),
  /** Null = not recorded (records of version 1). */
  stoppedAt: z.iso.datetime().nullable(),
  attempts: z.array(attempt).min(1),
  levels: z.array(levelObservation),
});
export type Observation = z.infer<typeof observation>;
