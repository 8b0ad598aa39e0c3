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

/** A token that could have been produced, as a server tells it. */
export const alternative = z.strictObject({
  tokenId: z.int().min(0).nullable(),
  text: z.string().nullable(),
  /** Null = unavailable (null, not finite, or the -9999 that stands for "none" on the wire). */
  logprob: z.number().nullable(),
});
export type TokenAlternative = z.infer<typeof alternative>;

/** One try of one request. */
export const requestAttempt = z.strictObject({
  /** HTTP status; null when there was no answer. */
  status: z.int().nullable(),
  error: z.string().nullable(),
  waitedMs: z.number().min(0),
  durationMs: z.number().min(0),
});

/** What a server told about one request besides its output; what it did not tell is null. */
export const exchange = z.strictObject({
  route: z.string(),
  /** How tokens are told apart: by id, by their text (two ids may share one), or not at all. */
  tokenSource: z.enum(['ids', 'texts', 'none']),
  /** Text of each produced token, null where it is unknown; [] where the server gives no tokens. */
  tokenTexts: z.array(z.string().nullable()),
  /** By produced token, most likely first. */
  top: z.array(z.array(alternative)),
  /** Alternatives that a mapping keyed by text has lost or merged; null where the shape cannot collide. */
  textCollisions: z.int().min(0).nullable(),
  /** Log-probability of each of the last prompt tokens, given what precedes it; [] = not asked, or not supported. */
  promptLogprobs: z.array(z.number().nullable()),
  /** Log-probability of each token of the level that is forced, behind this request's prompt; absent = not asked, or not possible. */
  forcedLogprobs: z.array(z.number().nullable()).optional(),
  completionTokens: z.int().min(0).nullable(),
  cachedTokens: z.int().min(0).nullable(),
  finishReason: z.string().nullable(),
  systemFingerprint: z.string().nullable(),
  model: z.string().nullable(),
  slot: z.int().min(0).nullable(),
  truncated: z.boolean().nullable(),
  /** Since the level began, of the attempt that was answered. */
  startedMs: z.number().min(0),
  finishedMs: z.number().min(0),
  attempts: z.array(requestAttempt).min(1),
});
export type Exchange = z.infer<typeof exchange>;

export const requestObservation = z.strictObject({
  requestId: z.string(),
  caseId: identifier,
  role: z.enum(['probe', 'mate']),
  wave: z.int().min(0),
  /** Row in the batch at admission; null where the target does not tell. */
  row: z.int().min(0).nullable(),
  /** Null where a server does not tell. */
  promptTokens: z.int().min(0).nullable(),
  /** SHA-256 over the prompt's token ids (where text is sent: over its code points), 4 bytes each, little-endian. */
  promptSha256: sha256Hex,
  canary: z.string().nullable(),
  /** [] and a text that is not empty: the target gives no ids. */
  tokenIds: z.array(z.int().min(0)),
  text: z.string(),
  /** `unknown`: a server said something else, or nothing; its word is in `exchange`. */
  finishReason: z.enum(['stop', 'length', 'abort', 'unknown']),
  /** Natural-log probability of each produced token; null = unavailable at that token. [] = the target gives none. */
  logprobs: z.array(z.number().nullable()),
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
  /** Prompt tokens that came from a prefix cache; absent = not told, or told in `exchange`. */
  cachedTokens: z.int().min(0).optional(),
  /** What a server told besides; absent = the target is in this process. */
  exchange: exchange.optional(),
});
export type RequestObservation = z.infer<typeof requestObservation>;

/** The digests of the logits that a request names. */
export function blobDigests({
  generated,
  prompt,
  forced,
}: Pick<RequestObservation, 'generated' | 'prompt' | 'forced'>): string[] {
  return [generated, prompt, forced].flatMap((logits) => (logits.kind === 'blob' ? [logits.sha256] : []));
}

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
  /** The run that measured it, when this run took it from the cache; absent = measured in this run. */
  cachedFrom: z.string().optional(),
});
export type Observation = z.infer<typeof observation>;
