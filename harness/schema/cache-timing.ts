/**
 * Cache timing: does somebody get a first token sooner because another tenant has sent the same prefix? In milliseconds, or in its
 * place among requests that were sent together.
 *
 * `timing.json` of a run folder holds every time as it was taken; rows of findings are made from it. Times are not repeatable: nothing
 * here is part of a plan, a unit or a baseline, and nothing is measured unless it is asked for. The gate judges the rows.
 * Source of the procedure: C. Gu et al., Auditing Prompt Caching in Language Model APIs (2025); of dummies around a candidate:
 * PromptPeek (I Know What You Asked, NDSS 2025).
 * @module
 */
import { z } from 'zod';
import { estimate, notMeasured, schemaVersion, sha256Hex, unsupported } from './scalars.ts';

/** Who sends the timed request. The owner has sent the prefix; for the others nobody of theirs has. */
export const timingAsker = z.enum(['same-salt', 'other-salt', 'no-salt']);
export type TimingAsker = z.infer<typeof timingAsker>;

/** What is timed: a prompt that shares its beginning with one that the owner has sent, or one that nobody has sent. */
export const timingArm = z.enum(['hit', 'miss']);
export type TimingArm = z.infer<typeof timingArm>;

const integer = (min: number, max: number) => z.int().min(min).max(max);

/** The most times that an arm may have: what is kept stays small, and an exact p-value stays quick. */
const TIMES_MAX = 500;
/** The most requests that are sent together with the timed one. */
const DUMMIES_MAX = 31;

export const cacheTimingSettings = z.strictObject({
  askers: z
    .array(timingAsker.exclude(['same-salt']))
    .min(1)
    .refine((values) => new Set(values).size === values.length, { error: 'askers that are all different' })
    .default(['other-salt'])
    .describe("Who asks for the owner's prefix, beside the owner, who always does."),
  perArm: integer(4, TIMES_MAX)
    .default(143)
    .describe(
      'Times of hits and as many of misses, for each asker. 100 find a leak at the level 1e-4 in 94 % of real audits, 250 at 1e-8 in all; to be called safe within 0.10 takes 143.',
    ),
  promptLength: integer(16, 1_048_576)
    .default(512)
    .describe(
      'Length of each prompt in tokens; in words where only a server knows its tokens. A public API takes 5000.',
    ),
  prefixShare: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.95)
    .describe('Share of the prompt that a hit has in common with what the owner has sent.'),
  ownerRequests: integer(1, 100).default(1).describe('How often the owner sends its prompt before each timed request.'),
  dummies: integer(0, DUMMIES_MAX)
    .default(0)
    .describe(
      'Prompts that nobody has sent, sent together with the timed one: its place in the order of first tokens is compared then, not its time. 0 = its time.',
    ),
  pauseMs: integer(0, 600_000).default(0).describe('Wait between two timed requests.'),
  margin: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.1)
    .describe(
      'Called safe: the chance that a hit is sooner than a miss lies within 0.5 ± this, shown by two one-sided tests.',
    ),
});
export type CacheTimingSettings = z.infer<typeof cacheTimingSettings>;

const milliseconds = z.number().min(0);
const count = z.int().min(0);
const place = z
  .number()
  .min(1)
  .max(DUMMIES_MAX + 1);

export const timingSample = z.strictObject({
  /** In the order of measurement. */
  trial: count,
  asker: timingAsker,
  arm: timingArm,
  result: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('timed'),
      /** From sending the request to its first piece. */
      firstTokenMs: milliseconds,
      /** From 1, among it and its dummies, by first tokens, ties half; absent = sent alone. */
      place: place.optional(),
      /** As the target tells it; null = it does not. */
      cachedTokens: count.nullable(),
    }),
    z.strictObject({ kind: z.literal('error'), why: z.string() }),
  ]),
});
export type TimingSample = z.infer<typeof timingSample>;

export const cacheTiming = z.strictObject({
  schemaVersion,
  targetFingerprintSha256: sha256Hex,
  settings: cacheTimingSettings,
  lengthUnit: z.enum(['tokens', 'words']),
  /** The smallest step of the clock that was seen. */
  clockResolutionMs: milliseconds,
  /** Why nothing could be timed; null = it could. */
  unsupported: z.string().nullable(),
  /** At most 500 of each arm of each asker. */
  samples: z.array(timingSample),
});
export type CacheTiming = z.infer<typeof cacheTiming>;

/** The points of an empirical distribution that are kept for a figure. */
const POINTS_MAX = 64;

/** Times of one arm: how many, and their quantiles at evenly spaced shares, least and most included; all of them where they are few. */
export const timingTimes = z.strictObject({
  n: count,
  medianMs: milliseconds.nullable(),
  /** Ascending, at most 64. */
  pointsMs: z.array(milliseconds).max(POINTS_MAX),
  /** The same of the places in the order of first tokens; absent = sent alone. */
  places: z.strictObject({ median: place.nullable(), points: z.array(place).max(POINTS_MAX) }).optional(),
  /** Requests of which the target itself tells that tokens came from its cache; null = it does not tell of all. */
  toldCached: count.nullable(),
});
export type TimingTimes = z.infer<typeof timingTimes>;

export const cacheTimingRow = z.strictObject({
  axis: z.literal('cache-timing'),
  /** The asker. */
  level: timingAsker,
  label: z.string(),
  hits: timingTimes,
  misses: timingTimes,
  /** Of the one-sided, exact two-sample Kolmogorov-Smirnov test against hits being sooner; null = too few times. */
  test: z.strictObject({ statistic: z.number(), log10P: z.number() }).nullable(),
  /** P(a hit is sooner than a miss), ties half; 95 % interval (DeLong). 0.5 = no difference. */
  auc: estimate,
  /** Two one-sided tests of the AUC lying within 0.5 ± margin: the larger p. Null = too few times. */
  equivalence: z.strictObject({ margin: z.number(), pValue: z.number().min(0).max(1) }).nullable(),
  /** Why the times show nothing; null = they do. */
  problem: z.string().nullable(),
});
export type CacheTimingRow = z.infer<typeof cacheTimingRow>;

export const cacheTimingFindings = z.union([
  z.strictObject({
    kind: z.literal('timed'),
    lengthUnit: z.enum(['tokens', 'words']),
    clockResolutionMs: milliseconds,
    promptLength: z.int().min(1),
    prefixShare: z.number(),
    ownerRequests: z.int().min(1),
    /** Sent together with each timed request: places are compared; absent = times are. */
    dummies: z.int().min(1).optional(),
    /** The owner's own row first: unless its hits are sooner, no other row shows anything. */
    rows: z.array(cacheTimingRow).min(2),
  }),
  notMeasured,
  unsupported,
]);
export type CacheTimingFindings = z.infer<typeof cacheTimingFindings>;
