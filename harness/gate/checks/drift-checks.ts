/**
 * Checks of the drift report: the interval of a row against the bound that the policy has for its axis and level.
 *
 * PASS only when the whole 95 % interval lies inside the bound, FAIL when all of it lies outside and the excess stays significant
 * among all drift checks. No bound, no check.
 * @module
 */
import { createRng } from '../../ports/index.ts';
import type { DriftBound, DriftRow, Estimate, Policy } from '../../schema/index.ts';
import { pairedPermutationTest } from '../../statistics/index.ts';
import { driftBoundOf } from '../bounds.ts';
import type { Draft, Judgement, Tested } from '../families.ts';
import { casesNeeded, sideOfBound, type IntervalBound } from '../interval.ts';
import { counted, pText, short } from '../words.ts';

interface Metric {
  readonly key: keyof DriftBound;
  readonly name: string;
  readonly words: string;
  readonly sign: 1 | -1;
  readonly estimate: (row: DriftRow) => Estimate;
  /** Per case, above 0 = breaks the limit; null where the row holds no parts of it. */
  readonly excess: ((row: DriftRow, limit: number) => number[]) | null;
  /** A largest value: compared as it is, without an interval. */
  readonly isMaximum: boolean;
}

const METRICS: readonly Metric[] = [
  {
    key: 'klNatsMeanMax',
    name: 'klNatsMean',
    words: 'mean KL in nats',
    sign: 1,
    estimate: ({ klNatsMean }) => klNatsMean,
    excess: ({ byCase }, limit) => byCase.map(({ klNatsSum, positions }) => klNatsSum - limit * positions),
    isMaximum: false,
  },
  {
    key: 'sameTopShareMin',
    name: 'sameTopShare',
    words: 'share of positions with the same top token',
    sign: -1,
    estimate: ({ sameTopShare }) => sameTopShare,
    excess: ({ byCase }, limit) => byCase.map(({ sameTop, positions }) => limit * positions - sameTop),
    isMaximum: false,
  },
  {
    key: 'rmsLogprobDiffMax',
    name: 'rmsLogprobDiff',
    words: 'root mean square of the log-probability differences',
    sign: 1,
    estimate: ({ rmsLogprobDiff }) => rmsLogprobDiff,
    excess: null,
    isMaximum: false,
  },
  {
    key: 'perplexityRatioMax',
    name: 'perplexityRatio',
    words: 'perplexity ratio',
    sign: 1,
    estimate: ({ perplexityRatio }) => perplexityRatio,
    excess: null,
    isMaximum: false,
  },
  {
    key: 'klNatsMaxMax',
    name: 'klNatsMax',
    words: 'largest KL in nats',
    sign: 1,
    estimate: ({ klNatsMax }) => klNatsMax,
    excess: null,
    isMaximum: true,
  },
  {
    key: 'maxAbsLogprobDiffMax',
    name: 'maxAbsLogprobDiff',
    words: 'largest log-probability difference in nats',
    sign: 1,
    estimate: ({ maxAbsLogprobDiff }) => maxAbsLogprobDiff,
    excess: null,
    isMaximum: true,
  },
];

export function driftDrafts(rows: readonly DriftRow[], policy: Policy): Draft[] {
  return rows.flatMap((row) => {
    const bound = driftBoundOf(policy, row);
    return METRICS.flatMap((metric) => {
      const limit = bound[metric.key];
      return limit === undefined ? [] : [draftOf(row, metric, limit, policy)];
    });
  });
}

function draftOf(row: DriftRow, metric: Metric, limit: number, policy: Policy): Draft {
  const { axis, level } = row;
  const comparison = `${metric.sign === 1 ? '<=' : '>='} ${short(limit)}`;
  const pValue = pValueOf(row, metric, limit);
  return {
    place: { report: 'drift', axis, level, metric: metric.name, rule: `${metric.words} ${comparison}` },
    test: pValue === null ? null : { family: 'drift', pValue },
    judge: (tested) => judgeEstimate({ estimate: metric.estimate(row), metric, limit, comparison, tested, policy }),
  };
}

/** One-sided, of H0 "the bound is kept", by sign flips over cases. */
function pValueOf(row: DriftRow, { excess, name }: Metric, limit: number): number | null {
  const values = excess?.(row, limit) ?? [];
  if (values.length === 0 || !values.every(Number.isFinite)) return null;
  const rng = createRng(`gate/drift/${row.axis}/${row.level}/${name}`);
  return pairedPermutationTest(values, { next: () => rng.next() }).pGreater;
}

interface JudgeInput {
  readonly estimate: Estimate;
  readonly metric: Metric;
  readonly limit: number;
  readonly comparison: string;
  readonly tested: Tested | null;
  readonly policy: Policy;
}

function judgeEstimate({ estimate, metric, limit, comparison, tested, policy }: JudgeInput): Judgement {
  const { words, sign } = metric;
  if (estimate.kind !== 'measured') {
    const observed = estimate.kind === 'unsupported' ? 'not supported by this target' : 'not measured';
    return {
      observed,
      outcome: 'inconclusive',
      reason: `The ${words} is ${observed}: ${estimate.why}.`,
      comparisonsNeeded: null,
    };
  }
  const { value, low, high, n } = estimate;
  if (metric.isMaximum) return judgeMaximum(value, n, { metric, limit, comparison });
  if (low === null || high === null || n < policy.minCases) {
    const few = low === null || high === null ? 'no interval' : `interval ${short(low)} to ${short(high)}`;
    return {
      observed: `${short(value)}, ${few}`,
      outcome: 'inconclusive',
      reason: `The ${words} is ${short(value)}, from ${counted(n, 'case')}: the policy asks for at least ${policy.minCases}.`,
      comparisonsNeeded: policy.minCases,
    };
  }
  const observed = `${short(value)} (95 % interval ${short(low)} to ${short(high)}, ${counted(n, 'case')})`;
  const bound: IntervalBound = { value, low, high, limit, sign };
  const side = sideOfBound(bound);
  if (side === 'inside') {
    const reason = `The whole interval of the ${words}, ${short(low)} to ${short(high)}, keeps the bound ${comparison}.`;
    return { observed, outcome: 'pass', reason, comparisonsNeeded: null };
  }
  if (side === 'outside' && (tested === null || tested.rejected)) {
    const reason = `The ${words} is ${short(value)}: all of its interval, ${short(low)} to ${short(high)}, breaks the bound ${comparison}.`;
    return { observed, outcome: 'fail', reason, comparisonsNeeded: null };
  }
  if (side === 'outside' && tested !== null) {
    return {
      observed,
      outcome: 'inconclusive',
      reason:
        `All of the interval of the ${words}, ${short(low)} to ${short(high)}, breaks the bound ${comparison}, but among all drift ` +
        `checks that can be chance (adjusted ${pText(tested.adjusted)} > ${short(tested.alpha)}); more cases would decide.`,
      comparisonsNeeded: n + 1,
    };
  }
  const needed = casesNeeded(bound, n);
  const decide = needed === null ? 'more cases would not help' : `about ${counted(needed, 'case')} would decide`;
  return {
    observed,
    outcome: 'inconclusive',
    reason: `The interval of the ${words}, ${short(low)} to ${short(high)}, holds the bound ${short(limit)}; ${decide}.`,
    comparisonsNeeded: needed,
  };
}

function judgeMaximum(
  value: number,
  n: number,
  { metric, limit, comparison }: Pick<JudgeInput, 'metric' | 'limit' | 'comparison'>,
): Judgement {
  const observed = `${short(value)} (${counted(n, 'case')})`;
  const kept = value <= limit;
  return {
    observed,
    outcome: kept ? 'pass' : 'fail',
    reason: kept
      ? `The ${metric.words} seen is ${short(value)} and keeps the bound ${comparison}; a largest value has no interval.`
      : `The ${metric.words} seen is ${short(value)} and breaks the bound ${comparison}.`,
    comparisonsNeeded: null,
  };
}
