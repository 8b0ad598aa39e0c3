/**
 * Profile: how long a target takes, and how many bytes its cache needs, by context length, precision, batch and cache tier.
 *
 * `profile.json` of a run folder holds every sample as it was taken, outliers and warm-up included; the rows of findings are made from it.
 * Times are not repeatable: nothing here is part of a plan, a unit, a baseline or a verdict.
 * @module
 */
import { z } from 'zod';
import { estimate, identifier, notMeasured, precisionMode, schemaVersion, sha256Hex, unsupported } from './scalars.ts';

/** Where the prompt's context is when the timed request comes. */
export const profileTier = z.enum(['none', 'hot', 'warm', 'cold']);
export type ProfileTier = z.infer<typeof profileTier>;

export const profilePrecision = z.union([z.literal('target-default'), precisionMode]);
export type ProfilePrecision = z.infer<typeof profilePrecision>;

const integer = (min: number, max: number) => z.int().min(min).max(max);
const distinct = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .min(1)
    .max(16)
    .refine((values) => new Set(values).size === values.length, { error: 'values that are all different' });

/** What is measured: every combination of the four lists is a cell. */
export const profileSettings = z.strictObject({
  contextLengths: distinct(integer(8, 1_048_576))
    .default([64, 128, 256, 512])
    .describe('Lengths of the prompt in tokens; in words where only a server knows its tokens.'),
  precisions: distinct(profilePrecision)
    .default(['target-default'])
    .describe('Arithmetic of each curve; `target-default` is what the target does by itself.'),
  batches: distinct(integer(1, 256)).default([1]).describe('Requests that are sent together.'),
  tiers: distinct(profileTier)
    .default(['none'])
    .describe(
      'Where the context is when the timed request comes: `none` = nowhere, it is computed; `hot` = resident; `warm` = on the host; `cold` = in the cold tier.',
    ),
  maxTokens: integer(2, 4096).default(8).describe('Tokens to produce for each request; the first ends the prefill.'),
  repeats: integer(1, 1000)
    .default(7)
    .describe('Counted rounds; each visits every cell once. Fewer than 6 give no 95 % interval of a median.'),
  warmups: integer(0, 100).default(1).describe('Rounds before them that are kept in the record and not counted.'),
});
export type ProfileSettings = z.infer<typeof profileSettings>;

export const profileCell = z.strictObject({
  id: identifier,
  contextLength: z.int().min(1),
  precision: profilePrecision,
  batch: z.int().min(1),
  tier: profileTier,
});
export type ProfileCell = z.infer<typeof profileCell>;

const milliseconds = z.number().min(0);
const count = z.int().min(0);

/** One request of the timed wave; null = the target does not tell. */
export const timedRequest = z.strictObject({
  requestId: z.string(),
  promptTokens: count.nullable(),
  cachedTokens: count.nullable(),
  completionTokens: count.nullable(),
  /** When each piece of the answer came, since the wave was sent; a piece of a target in this process is a token. */
  pieceMs: z.array(milliseconds),
});
export type TimedRequest = z.infer<typeof timedRequest>;

/** By the record formats of the cache and by its counters, over all requests of the timed wave. */
export const timedBytes = z.strictObject({
  kind: z.literal('measured'),
  /** Pages and states that the requests hold when their prompts are done. */
  held: count,
  /** Compressed entries that attention read to produce the tokens after the first; null when requests did not decode in step. */
  read: count.nullable(),
  /** Pages and states that came back from the host or the cold tier. */
  moved: count,
});

export const timedLevel = z.strictObject({
  requests: z.array(timedRequest).min(1),
  /** Of the timed wave alone. */
  counters: z.record(z.string(), z.number()),
  bytes: z.discriminatedUnion('kind', [timedBytes, unsupported]),
});
export type TimedLevel = z.infer<typeof timedLevel>;

export const profileSample = z.strictObject({
  /** 0-based, warm-up rounds first. */
  round: count,
  warmup: z.boolean(),
  /** Place in the round: what ran before it in this round is `position` other cells. */
  position: count,
  cellId: identifier,
  result: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('timed'), ...timedLevel.shape }),
    z.strictObject({ kind: z.literal('error'), why: z.string() }),
  ]),
});
export type ProfileSample = z.infer<typeof profileSample>;

export const profile = z.strictObject({
  schemaVersion,
  targetFingerprintSha256: sha256Hex,
  settings: profileSettings,
  lengthUnit: z.enum(['tokens', 'words']),
  /** The smallest step of the clock that was seen. */
  clockResolutionMs: milliseconds,
  cells: z.array(profileCell).min(1),
  /** Cells that the target cannot run. */
  unsupported: z.array(z.strictObject({ cellId: identifier, why: z.string() })),
  /** In the order in which they were taken. */
  samples: z.array(profileSample),
});
export type Profile = z.infer<typeof profile>;

/** A median over rounds with its order-statistic interval, and the extremes: no sample is left out. */
const timeEstimate = z.strictObject({
  median: estimate,
  /** Null when nothing was measured. */
  least: milliseconds.nullable(),
  most: milliseconds.nullable(),
});
export type TimeEstimate = z.infer<typeof timeEstimate>;

export const profileRow = z.strictObject({
  ...profileCell.shape,
  /** Median of what the target counted; null where it does not tell. */
  promptTokens: z.number().nullable(),
  /** Until the last request of the batch has its first token: the prefill, and what comes before it. */
  firstTokenMs: timeEstimate,
  /** Between two tokens of a request, after the first: decode. */
  tokenMs: timeEstimate,
  /** `pieces`: only pieces of streamed answers were seen, of which each may hold several tokens. */
  tokensBy: z.enum(['tokens', 'pieces']),
  heldBytesPerToken: estimate,
  readBytesPerToken: estimate,
  movedBytesPerToken: estimate,
  /** The least over rounds. */
  evidence: z.record(z.string(), z.number()),
  /** Why the times are not those of the cell; null = they are. */
  problem: z.string().nullable(),
});
export type ProfileRow = z.infer<typeof profileRow>;

/** How a time grows along the context: the median over rounds of each round's Theil-Sen slope. */
export const profileCurve = z.strictObject({
  precision: profilePrecision,
  batch: z.int().min(1),
  tier: profileTier,
  cellIds: z.array(identifier).min(1),
  /** Milliseconds for each further token of context. */
  firstTokenSlopeMs: estimate,
  tokenSlopeMs: estimate,
});
export type ProfileCurve = z.infer<typeof profileCurve>;

export const profileFindings = z.union([
  z.strictObject({
    kind: z.literal('profiled'),
    lengthUnit: z.enum(['tokens', 'words']),
    clockResolutionMs: milliseconds,
    rounds: count,
    warmups: count,
    rows: z.array(profileRow),
    curves: z.array(profileCurve),
  }),
  notMeasured,
  unsupported,
]);
export type ProfileFindings = z.infer<typeof profileFindings>;
