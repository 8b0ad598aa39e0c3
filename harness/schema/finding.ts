/**
 * Findings: what the suites measured, as rows of three reports. No judgement here: the gate judges rows against a policy.
 * @module
 */
import { z } from 'zod';
import { estimate, identifier, notMeasured, schemaVersion } from './scalars.ts';
import { promise } from './plan.ts';
import { cacheTimingFindings } from './cache-timing.ts';
import { profileFindings } from './profile.ts';

/** A pair of requests that differ, for people to look at. */
export const divergence = z.strictObject({
  unitId: z.string(),
  caseId: identifier,
  requestId: z.string(),
  /** Index of the first produced token whose logits differ in any bit; null = bits not available or equal. */
  firstBitDiff: z.int().min(0).nullable(),
  /** Index of the first produced token that differs; null = same tokens. */
  firstTokenDiff: z.int().min(0).nullable(),
  maxAbsLogprobDiff: z.number().nullable(),
  /** Of the first differing token: see `tokenFlips`; absent = not known. */
  marginNats: z.number().optional(),
  referenceText: z.string(),
  levelText: z.string(),
});
export type Divergence = z.infer<typeof divergence>;

const rowKey = {
  perturbation: identifier,
  axis: z.string(),
  level: identifier,
  label: z.string(),
  promise,
};

/** Share of compared requests that are equal: k of n, with an exact (Clopper-Pearson) interval on the FAILURE rate. */
export const equality = z.strictObject({
  equal: z.int().min(0),
  n: z.int().min(0),
  /** Upper 95 % bound of the failure rate that k of n still allows (one-sided); null when n = 0. */
  failureRateHigh: z.number().nullable(),
  /** Lower 95 % bound of the failure rate (one-sided); null when n = 0. */
  failureRateLow: z.number().nullable(),
});
export type Equality = z.infer<typeof equality>;

/** A case's part of a determinism row; what makes an analysis paired by case possible. */
export const determinismCase = z.strictObject({
  caseId: identifier,
  /** Compared requests. */
  n: z.int().min(1),
  /** How many of them differ; null where bits or tokens cannot be had for each of them. */
  bitsDiffer: z.int().min(0).nullable(),
  tokensDiffer: z.int().min(0).nullable(),
  textDiffer: z.int().min(0),
  /** Largest difference in nats, up to the first differing token; null where there are no log-probabilities. */
  maxAbsLogprobDiff: z.number().nullable(),
  /** Of `tokensDiffer`: near ties, see `tokenFlips`; absent = none. */
  benignFlips: z.int().min(1).optional(),
});
export type DeterminismCase = z.infer<typeof determinismCase>;

/** Sizes of differences of log-probabilities, in nats. */
export const logprobDiffs = z.strictObject({
  positions: z.int().min(1),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type LogprobDiffs = z.infer<typeof logprobDiffs>;

/** Log-probabilities of the chosen tokens, as they arrived. */
export const chosenLogprobsEquality = z.strictObject({
  /** Requests with the same tokens and, at every token, the same number; those with an unavailable value are not in `n`. */
  equality,
  /** |level - reference| where both have the same tokens up to there; null = there is no such position. */
  absDiff: logprobDiffs.nullable(),
  /** Such positions at which a side has no value. */
  unavailable: z.int().min(0),
});

/**
 * Pairs whose first differing token is a near tie (`benign`: the two tokens lay closer together at the reference than the noise), or is
 * not (`hard`). `unknown`: the margin or the noise is not known.
 */
export const tokenFlips = z.strictObject({
  benign: z.int().min(0),
  hard: z.int().min(0),
  unknown: z.int().min(0),
  /** The largest difference of a chosen token's log-probability, of the run's repeats or, without repeats, of this level before its flips. */
  noise: z.union([
    z.strictObject({ nats: z.number().min(0), from: z.enum(['repeat', 'same-level']) }),
    z.strictObject({ kind: z.literal('not-measured'), why: z.string() }),
  ]),
  /** log p(reference's token) - log p(level's token) at the reference, of the flips of which it is known; null = of none. */
  marginNats: z.strictObject({ p50: z.number(), max: z.number() }).nullable(),
});
export type TokenFlips = z.infer<typeof tokenFlips>;

export const determinismRow = z.strictObject({
  ...rowKey,
  /** Equality of the logits' bits at every produced token and every prompt position, or why there is none. */
  bits: z.union([equality, z.strictObject({ kind: z.enum(['unsupported', 'not-measured']), why: z.string() })]),
  tokens: equality,
  text: equality,
  /** Largest and mean number of distinct outputs of one request over {reference, level}. */
  uniqueOutputs: z.strictObject({ max: z.int().min(0), mean: z.number() }),
  /** First differing token of each differing pair, ascending by case; [] when all are equal. */
  firstTokenDiffs: z.array(z.int().min(0)),
  /** Absent where no pair differs in tokens. */
  flips: tokenFlips.optional(),
  maxAbsLogprobDiff: estimate,
  /** Absent where bits are compared, which say more. */
  chosenLogprobs: z
    .union([chosenLogprobsEquality, z.strictObject({ kind: z.enum(['unsupported', 'not-measured']), why: z.string() })])
    .optional(),
  /** Counters of the level, each the minimum over units: the proof that the path ran. */
  evidence: z.record(z.string(), z.number()),
  /** What the evidence has to show; empty = nothing special. */
  evidenceProblem: z.string().nullable(),
  divergences: z.array(divergence),
  /** In the order of the plan. */
  byCase: z.array(determinismCase),
});
export type DeterminismRow = z.infer<typeof determinismRow>;

/** A case's part of a drift row, as sums over its positions. */
export const driftCase = z.strictObject({
  caseId: identifier,
  positions: z.int().min(1),
  klNatsSum: z.number(),
  /** Positions with the same most likely token. */
  sameTop: z.int().min(0),
});
export type DriftCase = z.infer<typeof driftCase>;

/** Phrases that were hidden in prompts: how many outputs hold their own one. */
export const retrieval = z.strictObject({
  n: z.int().min(1),
  found: z.int().min(0),
  /** At the reference: without filler. */
  foundAtReference: z.int().min(0),
  share: estimate,
  /** Why the path was not exercised; absent = it was. */
  problem: z.string().optional(),
});
export type Retrieval = z.infer<typeof retrieval>;

/** Parsed answers of a drift row's pairs, over the cases that name a rule for theirs. */
export const answerChanges = z.strictObject({
  n: z.int().min(1),
  /** The parsed answer is another one, or only one side has one. */
  changed: z.int().min(0),
  changedShare: estimate,
  withoutAtReference: z.int().min(0),
  withoutAtLevel: z.int().min(0),
  /** Over the cases that name the right answer; an output without an answer is wrong. */
  scored: z.union([
    z.strictObject({
      n: z.int().min(1),
      rightAtReference: z.int().min(0),
      rightAtLevel: z.int().min(0),
      rightToWrong: z.int().min(0),
      wrongToRight: z.int().min(0),
      /** McNemar, exact, two-sided, of no change of accuracy. */
      pValue: z.number().min(0).max(1),
    }),
    z.strictObject({ kind: z.literal('not-measured'), why: z.string() }),
  ]),
});
export type AnswerChanges = z.infer<typeof answerChanges>;

export const driftRow = z.strictObject({
  ...rowKey,
  /**
   * Which positions are compared: the same prompt's own positions, the reference's output tokens (teacher-forced), or the produced tokens
   * for as long as both sides have produced the same ones.
   */
  context: z.enum(['prompt-positions', 'forced-output', 'same-history-output']),
  /** Present: the target gives no logits, and only the log-probabilities of the tokens that came next are compared. */
  values: z.literal('token-logprobs').optional(),
  positions: z.int().min(0),
  /** KL(reference || level) per position, in nats: mean over positions (interval over cases), largest, and quantiles. */
  klNatsMean: estimate,
  klNatsMax: estimate,
  klNatsQuantiles: z.strictObject({ p50: z.number(), p90: z.number(), p99: z.number() }).nullable(),
  /** Share of positions with the same most likely token. */
  sameTopShare: estimate,
  maxAbsLogprobDiff: estimate,
  rmsLogprobDiff: estimate,
  meanLogprobDiff: estimate,
  /** exp(mean loss at level - mean loss at reference) on the actual next tokens. */
  perplexityRatio: estimate,
  /** Named band of the mean KL, see the policy. */
  band: z.string(),
  /** Mean KL by relative position (at most 64 points), for the figure. */
  klNatsByPosition: z.array(z.number()),
  /** Absent where no case of the row names a rule for its answer. */
  answers: answerChanges.optional(),
  /** Absent where no prompt hides a phrase. */
  retrieval: retrieval.optional(),
  evidence: z.record(z.string(), z.number()),
  /** In the order of the plan; empty where the mean KL is not measured. */
  byCase: z.array(driftCase),
});
export type DriftRow = z.infer<typeof driftRow>;

/** How alike the N runs of a request are, over requests. */
export const agreement = z.strictObject({
  requests: z.int().min(1),
  allEqual: z.int().min(0),
  /** TARr@N of outputs, TARa@N of answers: share of requests whose N runs are all equal; Wilson interval over requests. */
  total: estimate,
  /** Mean share of equal pairs of a request's runs: does not fall with N. */
  pairwise: z.number().min(0).max(1),
  /** unique@N: distinct outputs or answers of one request. */
  unique: z.strictObject({ mean: z.number(), max: z.int().min(1) }),
  /** Outputs in which no answer was found; they count as equal to each other. */
  without: z.int().min(0),
});
export type Agreement = z.infer<typeof agreement>;

/** The requests of a perturbation that have N runs: its control and every level that owes no independence of others' content. */
export const agreementRow = z.strictObject({
  perturbation: identifier,
  runs: z.int().min(2),
  outputs: z.union([agreement, z.strictObject({ kind: z.literal('not-measured'), why: z.string() })]),
  answers: z.union([agreement, z.strictObject({ kind: z.literal('not-measured'), why: z.string() })]),
});
export type AgreementRow = z.infer<typeof agreementRow>;

export const leakageCase = z.strictObject({
  caseId: identifier,
  n: z.int().min(1),
  /** Compared requests that depend on the content of others. */
  differ: z.int().min(0),
});
export type LeakageCase = z.infer<typeof leakageCase>;

const leakPlace = z.strictObject({
  requestId: z.string(),
  side: z.enum(['reference', 'level']),
  wave: z.int().min(0),
  /** Row in the batch; null = not told. */
  row: z.int().min(0).nullable(),
});

/** An output that holds the canary of another request. The canary itself stands in neither. */
export const leak = z.strictObject({
  unitId: z.string(),
  caseId: identifier,
  /** Whose canary it is. */
  source: leakPlace,
  /** Whose output holds it. */
  sink: leakPlace,
  /** Prompt tokens of the sink that came from a cache; null = not told. */
  cachedTokens: z.int().min(0).nullable(),
});
export type Leak = z.infer<typeof leak>;

export const leakageRow = z.strictObject({
  ...rowKey,
  /** "Leakage" never stands alone. */
  meaning: z.literal('cross-request'),
  /** Does the output or a logit depend on the CONTENT of other requests? */
  contentDependent: equality,
  /** Of which: how many differ in tokens, not only in bits. */
  tokenDependent: z.int().min(0),
  /** Outputs that contain the canary of another request. */
  canaries: z.strictObject({
    outputs: z.int().min(0),
    planted: z.int().min(0),
    foreign: z.int().min(0),
    failureRateHigh: z.number().nullable(),
  }),
  /** The first outputs that hold a foreign canary, at most 50, in the order of the plan; absent = none does. */
  leaks: z.array(leak).min(1).max(50).optional(),
  /** Requests whose prompt only others have sent: how many got tokens of it from a cache. Absent = the level owes nothing of the kind. */
  sharedPrefix: z
    .strictObject({
      requests: z.int().min(0),
      shared: z.int().min(0),
      cachedTokens: z.int().min(0),
      failureRateHigh: z.number().nullable(),
    })
    .optional(),
  /** What the target found of a request in memory and files, before its session was closed and after. Absent = the level does not look. */
  residue: z
    .strictObject({
      /** Byte patterns that were looked for: token ids, text, records. */
      patterns: z.int().min(0),
      /** Of which found with the session open: the proof that the search finds them. */
      foundBefore: z.int().min(0),
      /** Matches after the close. */
      found: z.int().min(0),
      /** Bytes that were searched, before and after. */
      bytes: z.int().min(0),
      filesBefore: z.int().min(0),
      /** Of which readable by others, or with a pattern in plain bytes. */
      filesReadable: z.int().min(0),
      filesLeft: z.int().min(0),
    })
    .optional(),
  /** What a target read beside the answers: errors that it provoked, and routes about the server. Absent = the level does not look. */
  sideChannels: z
    .strictObject({
      /** Answers that were searched. */
      bodies: z.int().min(0),
      /** Of which: errors that say something. */
      errors: z.int().min(0),
      /** Of which: routes about the server that it has. */
      routes: z.int().min(0),
      /** Requests that the server did not answer. */
      unanswered: z.int().min(0),
      /** Made-up bodies that hold a canary in each form, and how many of them the search found. */
      planted: z.int().min(0),
      plantedFound: z.int().min(0),
      /** Answers that hold the canary of another request. */
      found: z.int().min(0),
    })
    .optional(),
  /** Requests that have to find what their own sender has left in a cache that outlives a restart. Absent = the level owes nothing of the kind. */
  ownPrefix: z.strictObject({ requests: z.int().min(0), found: z.int().min(0) }).optional(),
  evidence: z.record(z.string(), z.number()),
  evidenceProblem: z.string().nullable(),
  divergences: z.array(divergence),
  /** In the order of the plan. */
  byCase: z.array(leakageCase),
});
export type LeakageRow = z.infer<typeof leakageRow>;

/** Two executions of one unit whose results are not the same: the first request that differs. */
export const unequalExecution = z.strictObject({
  unitId: z.string(),
  levelId: identifier.nullable(),
  requestId: z.string().nullable(),
  /** The strongest difference of that request; `records` = the executions do not hold the same requests. */
  what: z.enum(['tokens', 'text', 'bits', 'logprobs', 'records']),
});
export type UnequalExecution = z.infer<typeof unequalExecution>;

const unitReason = z.strictObject({ unitId: z.string(), why: z.string() });

export const findings = z.strictObject({
  schemaVersion,
  unitsPlanned: z.int().min(0),
  unitsObserved: z.int().min(0),
  /** Shards that these findings are about, when it is not all of them: the result is PARTIAL. Null = the whole plan. */
  partial: z
    .strictObject({ of: z.int().min(1), present: z.array(z.int().min(1)), unitsLeftOut: z.int().min(0) })
    .nullable(),
  /** Units that were executed more than once, and those whose executions are not equal: the same measurement gave two results. */
  executions: z.union([
    z.strictObject({ repeatedUnits: z.int().min(0), unequal: z.array(unequalExecution) }),
    notMeasured,
  ]),
  /** Units that were redone as a whole after an error of the transport, in plan order; all attempts are in units.jsonl. */
  retried: z.union([
    z.array(z.strictObject({ unitId: z.string(), attempts: z.int().min(2), errors: z.array(z.string()) })),
    notMeasured,
  ]),
  /** Units that should have a usable observation and have none, each with its reason. */
  missing: z.array(unitReason),
  /** Units that ask for what the target does not have: left out, named, and no gap in the measurement. */
  unsupported: z.array(unitReason),
  /** Units that were not measured in this run but taken from an earlier one, in plan order; absent = none. */
  cached: z
    .array(z.strictObject({ unitId: z.string(), runId: z.string() }))
    .min(1)
    .optional(),
  determinism: z.array(determinismRow),
  /** In the order of the plan; absent where no request has two runs, and in findings of older programs. */
  agreement: z.array(agreementRow).min(1).optional(),
  drift: z.array(driftRow),
  leakage: z.array(leakageRow),
  /** Absent = not asked for. Times: no two runs have the same, and no comparison or verdict looks at them. */
  profile: profileFindings.optional(),
  /** Absent = not asked for. Judged as a part of leakage; times have no part in a comparison. */
  cacheTiming: cacheTimingFindings.optional(),
});
export type Findings = z.infer<typeof findings>;
