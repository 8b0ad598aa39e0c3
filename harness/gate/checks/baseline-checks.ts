/**
 * Checks against a baseline: are its units all there, are the outputs still the same, has an effect become worse?
 *
 * A change is called one as criterion does: all of the interval lies beyond the noise band, and the p-value stays significant in its
 * family. No change is called one only when the interval ends below the margin: "not significant" is no evidence of "the same".
 * @module
 */
import type {
  BaselinePolicy,
  Comparison,
  EffectChange,
  EffectMetric,
  Equality,
  OutputRow,
  Policy,
} from '../../schema/index.ts';
import { clopperPearsonHigh, trialsForZeroFailures } from '../../statistics/index.ts';
import { equalityBoundOf } from '../bounds.ts';
import type { Draft, Judgement, Tested } from '../families.ts';
import { casesNeeded } from '../interval.ts';
import { counted, pText, percent, short } from '../words.ts';
import { judgeNeverDiffers } from './failure-rate.ts';
import { baselineNoiseDraft } from './noise-checks.ts';

/** Both sides of a 95 % interval. */
const ONE_SIDE = 0.975;

export function baselineDrafts(comparison: Comparison, policy: Policy): Draft[] {
  const { outputs, effects } = comparison;
  // Equal bits give equal effects: there is nothing to test, and many tests of nothing would only ask for more cases.
  const identical = outputs.length > 0 && outputs.every(({ bits }) => !('kind' in bits) && bits.equal === bits.n);
  const noise = baselineNoiseDraft(comparison, policy);
  return [
    unitsDraft(comparison, policy.baseline),
    ...(noise === null ? [] : [noise]),
    ...outputGroups(outputs).flatMap((rows) => outputDrafts(rows, policy)),
    ...(identical ? [] : effects.filter(isJudged).map((change) => changeDraft(change, policy))),
  ];
}

/** Of the equalities of a row the strongest; where nothing is owed, only the drift. */
function isJudged(change: EffectChange, _index: number, all: readonly EffectChange[]): boolean {
  if (!STRENGTH.includes(change.metric)) return true;
  return change.promise === 'bit-equal' && !all.some((other) => isStronger(other, change));
}

const STRENGTH: readonly EffectMetric[] = ['bitsDifferShare', 'tokensDifferShare', 'textDifferShare'];

function isStronger(other: EffectChange, than: EffectChange): boolean {
  const sameRow = other.axis === than.axis && other.level === than.level && other.report === than.report;
  return sameRow && STRENGTH.includes(other.metric) && STRENGTH.indexOf(other.metric) < STRENGTH.indexOf(than.metric);
}

/** Rows whose axes begin with the same word are one check: a level more is no other promise. */
function outputGroups(rows: readonly OutputRow[]): OutputRow[][] {
  const groups = new Map<string, OutputRow[]>();
  for (const row of rows) {
    const first = row.axis.split('/', 1)[0];
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function unitsDraft({ units, base, head }: Comparison, { allowPartial }: BaselinePolicy): Draft {
  const { both, onlyBase, onlyHead } = units;
  const added = onlyHead.length === 0 ? '' : ` ${counted(onlyHead.length, 'unit')} of ${head.name} are new.`;
  const all = both + onlyBase.length;
  const missing = onlyBase.length > 0 && !allowPartial;
  return {
    place: {
      report: 'baseline',
      axis: 'units',
      level: '*',
      metric: 'units of the baseline',
      rule: allowPartial ? 'at least one unit of the baseline was measured' : 'all units of the baseline were measured',
    },
    test: null,
    judge: () => ({
      observed: `${both} of ${all}`,
      outcome: missing || both === 0 ? 'incomplete' : 'pass',
      reason: missing
        ? `${onlyBase.length} of ${counted(all, 'unit')} of ${base.name} were not measured, first ${onlyBase[0]}.${added}`
        : `${both} of ${counted(all, 'unit')} of ${base.name} are compared.${added}`,
      comparisonsNeeded: null,
    }),
  };
}

function outputDrafts(rows: readonly OutputRow[], policy: Policy): Draft[] {
  const { outputs } = policy.baseline;
  const axis = rows[0].axis.split('/', 1)[0];
  const { posture, maxFailureRate } = equalityBoundOf(policy, { axis, level: '*' });
  // Of a tolerant target other outputs are no news: they are held against its noise, see noise-checks.ts.
  if (outputs === 'none' || posture === 'tolerant') return [];
  const strongest = [outputs, 'tokens', 'text'] as const;
  const name = strongest.find((one) => rows.every((row) => !('kind' in row[one]))) ?? 'text';
  const equality = pooled(rows.flatMap((row) => ('kind' in row[name] ? [] : [row[name]])));
  const weaker = name === outputs ? '' : `Judged by ${name}, because ${outputs} cannot be had on both sides.`;
  const changed = rows.flatMap((row) => row.changed.map((request) => `${request} at ${row.level}`));
  return [
    {
      place: {
        report: 'baseline',
        axis,
        level: '*',
        metric: `${name} as in the baseline`,
        rule: `${name} as in the baseline, failure rate <= ${percent(maxFailureRate)}`,
      },
      test: null,
      judge: () =>
        judgeNeverDiffers({
          equality,
          inWhat: `in ${name} from the baseline`,
          noun: 'output',
          evidenceProblem: null,
          maxFailureRate,
          caveat: equality.equal === equality.n ? weaker : `First: ${changed.slice(0, 2).join(', ')}.`,
        }),
    },
  ];
}

function pooled(parts: readonly Equality[]): Pick<Equality, 'equal' | 'n' | 'failureRateHigh'> {
  const n = parts.reduce((total, part) => total + part.n, 0);
  const equal = parts.reduce((total, part) => total + part.equal, 0);
  if (n === 0) return { equal, n, failureRateHigh: null };
  return { equal, n, failureRateHigh: clopperPearsonHigh({ successes: n - equal, trials: n, confidence: 0.95 }) };
}

const METRIC_WORDS: Readonly<Record<EffectMetric, string>> = {
  bitsDifferShare: 'share of requests that differ in bits',
  tokensDifferShare: 'share of requests that differ in tokens',
  textDifferShare: 'share of requests that differ in text',
  klNatsMean: 'mean KL in nats',
  sameTopShare: 'share of positions with the same top token',
  contentDependentShare: 'share of requests that depend on the content of others',
};

const sizeOf = (metric: EffectMetric): keyof BaselinePolicy['noise'] =>
  metric === 'klNatsMean' || metric === 'sameTopShare' ? metric : 'failureRate';

function changeDraft(change: EffectChange, policy: Policy): Draft {
  const { report, axis, level, metric, pValue } = change;
  const size = sizeOf(metric);
  const margin = policy.baseline.margin[size];
  const worse = metric === 'sameTopShare' ? 'falls' : 'rises';
  return {
    place: {
      report: 'baseline',
      axis,
      level,
      metric: `${metric} (${report})`,
      rule: `${METRIC_WORDS[metric]} ${worse} by at most ${short(margin)}`,
    },
    test: pValue === null ? null : { family: report, pValue },
    judge: (tested) =>
      judgeChange(change, { noise: policy.baseline.noise[size], margin, minCases: policy.minCases }, tested),
  };
}

interface Sizes {
  readonly noise: number;
  readonly margin: number;
  readonly minCases: number;
}

function judgeChange({ metric, difference }: EffectChange, sizes: Sizes, tested: Tested | null): Judgement {
  const { noise, margin, minCases } = sizes;
  const words = METRIC_WORDS[metric];
  if (difference.kind !== 'measured')
    return {
      observed: 'not measured',
      outcome: 'inconclusive',
      reason: `The change of the ${words} is not measured: ${difference.why}.`,
      comparisonsNeeded: null,
    };
  const { value, low, high, n } = difference;
  if (low === null || high === null || n < minCases)
    return {
      observed: `${signed(value)}, ${counted(n, 'case')}`,
      outcome: 'inconclusive',
      reason: `The ${words} changed by ${signed(value)} over ${counted(n, 'case')}: the policy asks for at least ${minCases}.`,
      comparisonsNeeded: minCases,
    };
  const observed = `${signed(value)} (95 % interval ${signed(low)} to ${signed(high)}, ${counted(n, 'case')})`;
  // Above 0 = worse.
  const [best, worst] = metric === 'sameTopShare' ? [-high, -low] : [low, high];
  const interval = `${signed(low)} to ${signed(high)}`;
  const significant = tested === null || tested.rejected;
  const decided = (outcome: 'pass' | 'fail', reason: string): Judgement => ({
    observed,
    outcome,
    reason,
    comparisonsNeeded: null,
  });
  if (best > noise && significant)
    return decided(
      'fail',
      `Regressed: all of the change of the ${words}, ${interval}, lies beyond the noise of ${short(noise)}.`,
    );
  if (worst < -noise && significant)
    return decided(
      'pass',
      `Improved: all of the change of the ${words}, ${interval}, lies beyond the noise of ${short(noise)}.`,
    );
  if (worst <= margin) {
    if (worst <= noise && best >= -noise)
      return decided('pass', `Change within noise: the ${words} changed by ${interval}, inside ${short(noise)}.`);
    const seen = significant ? 'Change below the margin' : 'No change detected';
    const pWords = tested === null ? '' : ` (adjusted ${pText(tested.adjusted)})`;
    return decided(
      'pass',
      `${seen}${pWords}: the ${words} is worse by at most ${short(Math.max(0, worst))}, the margin is ${short(margin)}.`,
    );
  }
  const needed =
    best <= 0 && value === 0 && metric !== 'klNatsMean'
      ? trialsForZeroFailures({ rate: margin, confidence: ONE_SIDE })
      : casesNeeded(
          { value: metric === 'sameTopShare' ? -value : value, low: best, high: worst, limit: margin, sign: 1 },
          n,
        );
  const decide = needed === null ? 'more cases would not help' : `about ${counted(needed, 'case')} would decide`;
  return {
    observed,
    outcome: 'inconclusive',
    reason: `The change of the ${words}, ${interval}, may be above the margin of ${short(margin)} and may be nothing; ${decide}.`,
    comparisonsNeeded: needed,
  };
}

const signed = (value: number): string => (value > 0 ? `+${short(value)}` : short(value));
