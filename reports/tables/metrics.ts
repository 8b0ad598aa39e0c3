/**
 * The numbers of findings, one declaration each: what an export names and explains, and what a history follows from run to run.
 * @module
 */
import type {
  AgreementRow,
  DeterminismRow,
  DriftRow,
  Equality,
  Estimate,
  LeakageRow,
  ProfileRow,
} from '../../harness/schema/index.ts';

export interface Metric {
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly unit: string;
  /** What its interval is; empty where it has none. */
  readonly interval: string;
  readonly meaning: string;
}

export interface MetricOf<Row> extends Metric {
  /** Null = the row does not ask for it. */
  readonly of: (row: Row) => Estimate | null;
}

const CLOPPER_PEARSON = 'one-sided 95 % bounds (Clopper-Pearson)';
const OVER_CASES = '95 % over cases';
const OVER_REQUESTS = '95 % (Wilson)';
const OVER_ROUNDS = '95 % (order statistics)';

/** The share that differs, from the share that is equal. */
function differing({ equal, n, failureRateLow, failureRateHigh }: Equality): Estimate {
  return n === 0
    ? { kind: 'not-measured', why: 'nothing was compared' }
    : { kind: 'measured', value: (n - equal) / n, low: failureRateLow, high: failureRateHigh, n };
}

const plain = (value: number, n: number): Estimate => ({ kind: 'measured', value, low: null, high: null, n });

/** A share whose failures have an upper bound only. */
function bounded(failures: number, n: number, high: number | null): Estimate {
  return n === 0
    ? { kind: 'not-measured', why: 'nothing was compared' }
    : { kind: 'measured', value: failures / n, low: null, high, n };
}

export const DETERMINISM_METRICS: readonly MetricOf<DeterminismRow>[] = [
  {
    id: 'bits_differ_share',
    title: 'Requests whose bits differ',
    unit: 'share',
    interval: CLOPPER_PEARSON,
    meaning: 'Compared requests of which a logit differs in a bit.',
    of: ({ bits }) => ('kind' in bits ? bits : differing(bits)),
  },
  {
    id: 'tokens_differ_share',
    title: 'Requests whose tokens differ',
    unit: 'share',
    interval: CLOPPER_PEARSON,
    meaning: 'Compared requests with another token.',
    of: ({ tokens }) => differing(tokens),
  },
  {
    id: 'text_differ_share',
    title: 'Requests whose text differs',
    unit: 'share',
    interval: CLOPPER_PEARSON,
    meaning: 'Compared requests with another text.',
    of: ({ text }) => differing(text),
  },
  {
    id: 'logprobs_differ_share',
    title: 'Requests whose log-probabilities differ',
    unit: 'share',
    interval: CLOPPER_PEARSON,
    meaning: 'Compared requests whose chosen tokens have other log-probabilities; only where bits cannot be had.',
    of: ({ chosenLogprobs: chosen }) =>
      chosen === undefined ? null : 'kind' in chosen ? chosen : differing(chosen.equality),
  },
  {
    id: 'max_abs_logprob_diff',
    title: 'Largest log-probability difference',
    unit: 'nats',
    interval: '',
    meaning: 'Up to the first differing token.',
    of: ({ maxAbsLogprobDiff }) => maxAbsLogprobDiff,
  },
  {
    id: 'unique_outputs_mean',
    title: 'Different outputs of a request, mean',
    unit: 'outputs',
    interval: '',
    meaning: 'Different outputs of one request over level and reference.',
    of: ({ uniqueOutputs, text }) => plain(uniqueOutputs.mean, text.n),
  },
  {
    id: 'unique_outputs_max',
    title: 'Different outputs of a request, most',
    unit: 'outputs',
    interval: '',
    meaning: 'Different outputs of one request over level and reference.',
    of: ({ uniqueOutputs, text }) => plain(uniqueOutputs.max, text.n),
  },
  {
    id: 'hard_flips',
    title: 'Hard flips',
    unit: 'requests',
    interval: '',
    meaning: 'Requests whose first differing token is no near tie; absent where no token differs.',
    of: ({ flips, tokens }) => (flips === undefined ? null : plain(flips.hard, tokens.n)),
  },
];

export const DRIFT_METRICS: readonly MetricOf<DriftRow>[] = [
  {
    id: 'kl_mean',
    title: 'Mean KL',
    unit: 'nats',
    interval: OVER_CASES,
    meaning: 'KL(reference || level) of a position, mean over positions.',
    of: ({ klNatsMean }) => klNatsMean,
  },
  {
    id: 'kl_max',
    title: 'Largest KL',
    unit: 'nats',
    interval: '',
    meaning: 'KL(reference || level) of the position with the largest.',
    of: ({ klNatsMax }) => klNatsMax,
  },
  ...(['p50', 'p90', 'p99'] as const).map((quantile): MetricOf<DriftRow> => ({
    id: `kl_${quantile}`,
    title: `KL at ${quantile.slice(1)} %`,
    unit: 'nats',
    interval: '',
    meaning: `${quantile.slice(1)} % of positions have at most this KL.`,
    of: ({ klNatsQuantiles, klNatsMean, positions }) =>
      klNatsQuantiles === null
        ? klNatsMean.kind === 'measured'
          ? { kind: 'not-measured', why: 'no quantiles of the KL were kept' }
          : klNatsMean
        : plain(klNatsQuantiles[quantile], positions),
  })),
  {
    id: 'same_top_share',
    title: 'Same most likely token',
    unit: 'share',
    interval: OVER_CASES,
    meaning: 'Positions with the same most likely token.',
    of: ({ sameTopShare }) => sameTopShare,
  },
  {
    id: 'max_abs_logprob_diff',
    title: 'Largest log-probability difference',
    unit: 'nats',
    interval: '',
    meaning: 'Of the token that came next.',
    of: ({ maxAbsLogprobDiff }) => maxAbsLogprobDiff,
  },
  {
    id: 'rms_logprob_diff',
    title: 'RMS log-probability difference',
    unit: 'nats',
    interval: OVER_CASES,
    meaning: 'Root of the mean square difference of the log-probability of the token that came next.',
    of: ({ rmsLogprobDiff }) => rmsLogprobDiff,
  },
  {
    id: 'mean_logprob_diff',
    title: 'Mean log-probability difference',
    unit: 'nats',
    interval: OVER_CASES,
    meaning: 'With its sign: below zero, the tokens that came next are less likely at the level.',
    of: ({ meanLogprobDiff }) => meanLogprobDiff,
  },
  {
    id: 'perplexity_ratio',
    title: 'Perplexity ratio',
    unit: 'ratio',
    interval: OVER_CASES,
    meaning: 'Perplexity at the level over that at the reference.',
    of: ({ perplexityRatio }) => perplexityRatio,
  },
  {
    id: 'answers_changed_share',
    title: 'Answers that changed',
    unit: 'share',
    interval: '95 %',
    meaning: 'Requests with another answer, or one on only one side; absent where no case names a rule.',
    of: ({ answers }) => answers?.changedShare ?? null,
  },
  {
    id: 'retrieval_share',
    title: 'Hidden phrases that are found',
    unit: 'share',
    interval: '95 %',
    meaning: 'Outputs that hold the phrase hidden in their prompt; absent where none was hidden.',
    of: ({ retrieval }) => retrieval?.share ?? null,
  },
];

export const LEAKAGE_METRICS: readonly MetricOf<LeakageRow>[] = [
  {
    id: 'content_dependent_share',
    title: 'Requests that depend on the content of others',
    unit: 'share',
    interval: CLOPPER_PEARSON,
    meaning: 'Compared requests that changed when only the content of other requests did.',
    of: ({ contentDependent }) => differing(contentDependent),
  },
  {
    id: 'token_dependent_share',
    title: 'Requests whose tokens depend on the content of others',
    unit: 'share',
    interval: '',
    meaning: 'Of the compared requests.',
    of: ({ tokenDependent, contentDependent: { n } }) => bounded(tokenDependent, n, null),
  },
  {
    id: 'foreign_canary_share',
    title: 'Outputs with the canary of another request',
    unit: 'share',
    interval: 'one-sided 95 % upper bound',
    meaning: 'Of the outputs that were searched.',
    of: ({ canaries: { outputs, foreign, failureRateHigh } }) => bounded(foreign, outputs, failureRateHigh),
  },
  {
    id: 'shared_prefix_share',
    title: 'Requests that got tokens of others from a cache',
    unit: 'share',
    interval: 'one-sided 95 % upper bound',
    meaning: 'Of the requests whose prompt only others have sent; absent where that is not owed.',
    of: ({ sharedPrefix: prefix }) =>
      prefix === undefined ? null : bounded(prefix.shared, prefix.requests, prefix.failureRateHigh),
  },
  {
    id: 'residue_found',
    title: 'Patterns found after the close',
    unit: 'matches',
    interval: '',
    meaning: 'Matches in memory and files after the session was closed; absent where nobody looked.',
    of: ({ residue }) => (residue === undefined ? null : plain(residue.found, residue.patterns)),
  },
];

export const AGREEMENT_METRICS: readonly MetricOf<AgreementRow>[] = (['outputs', 'answers'] as const).map((what) => ({
  id: `all_equal_${what}_share`,
  title: `Requests whose ${what} are all equal`,
  unit: 'share',
  interval: OVER_REQUESTS,
  meaning: `Requests whose N runs have equal ${what} (${what === 'outputs' ? 'TARr@N' : 'TARa@N'}).`,
  of: (row) => ('kind' in row[what] ? row[what] : row[what].total),
}));

export const PROFILE_METRICS: readonly MetricOf<ProfileRow>[] = [
  {
    id: 'first_token_ms',
    title: 'Time to the first token',
    unit: 'ms',
    interval: OVER_ROUNDS,
    meaning: 'Median over rounds, until the last request of the batch has its first token.',
    of: ({ firstTokenMs }) => firstTokenMs.median,
  },
  {
    id: 'token_ms',
    title: 'Time per token',
    unit: 'ms',
    interval: OVER_ROUNDS,
    meaning: 'Median over rounds, between two tokens of a request.',
    of: ({ tokenMs }) => tokenMs.median,
  },
  ...(
    [
      ['held_bytes_per_token', 'Bytes held per token', ({ heldBytesPerToken }) => heldBytesPerToken],
      ['read_bytes_per_token', 'Bytes read per token', ({ readBytesPerToken }) => readBytesPerToken],
      ['moved_bytes_per_token', 'Bytes moved per token', ({ movedBytesPerToken }) => movedBytesPerToken],
    ] as const satisfies readonly (readonly [string, string, (row: ProfileRow) => Estimate])[]
  ).map(([id, title, of]): MetricOf<ProfileRow> => ({
    id,
    title,
    unit: 'bytes',
    interval: '',
    meaning: 'By the record formats of the cache and its counters.',
    of,
  })),
];

/** Every id once, in the order of the reports. */
export const exportMetricIds: readonly string[] = [
  ...new Set(
    [DETERMINISM_METRICS, AGREEMENT_METRICS, DRIFT_METRICS, LEAKAGE_METRICS, PROFILE_METRICS].flatMap(
      (metrics: readonly Metric[]) => metrics.map(({ id }) => id),
    ),
  ),
];
