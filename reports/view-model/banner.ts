/**
 * The banner: outcome, one sentence, exit code, policy, and what would change the verdict.
 * @module
 */
import type { Check, DriftBound, Policy, Verdict } from '../../harness/schema/index.ts';
import { count, duration, percent } from '../number-format.ts';
import type { Banner } from '../view.ts';
import type { Context } from './context.ts';
import { placeOf } from './context.ts';
import { statusOf } from './statuses.ts';

const EXIT_MEANINGS: Readonly<Record<Verdict['exitCode'], string>> = {
  0: 'no check failed',
  1: 'gate failed',
  3: 'incomplete or unreachable',
  4: 'inconclusive',
};

/** More than this is the table of checks, not a hint. */
const MOST_HINTS = 4;

export function bannerOf(context: Context): Banner {
  const { verdict, manifest, findings, units } = context;
  const measured = units.filter(({ cachedFrom }) => cachedFrom === null);
  const timeMs = measured.reduce((total, unit) => total + unit.durationMs, 0);
  const cached = units.length - measured.length;
  return {
    status: statusOf(verdict.outcome),
    stamp: verdict.partial === null ? '' : 'PARTIAL',
    sentence: verdict.reason,
    exitCode: verdict.exitCode,
    exitMeaning: EXIT_MEANINGS[verdict.exitCode],
    policyName: verdict.policyName,
    policyBounds: context.policy === null ? [] : boundsOf(context.policy),
    units: [
      `${count(findings.unitsObserved)} of ${count(findings.unitsPlanned)} observed`,
      `${duration(timeMs)} of work`,
      ...(cached === 0 ? [] : [`${count(cached)} taken from earlier runs`]),
    ].join(', '),
    reproduce: manifest.reproduce,
    wouldChange: hintsOf(verdict.checks, findings.missing.length),
  };
}

function boundsOf(policy: Policy): string[] {
  return [
    `${policy.require} equal where owed`,
    `a pass may allow at most ${percent(policy.maxFailureRate)} failures`,
    ...Object.keys(policy.drift)
      .sort()
      .map((place) => `${place} ${driftBoundText(policy.drift[place])}`),
  ];
}

const DRIFT_WORDS: Readonly<Record<keyof DriftBound, (limit: number) => string>> = {
  klNatsMeanMax: (limit) => `mean KL at most ${limit} nats`,
  sameTopShareMin: (limit) => `same top token in at least ${percent(limit)}`,
  rmsLogprobDiffMax: (limit) => `rms log-probability difference at most ${limit} nats`,
  perplexityRatioMax: (limit) => `perplexity ratio at most ${limit}`,
  klNatsMaxMax: (limit) => `largest KL at most ${limit} nats`,
  retrievalMin: (limit) => `hidden phrases found in at least ${percent(limit)}`,
  answerLossMax: (limit) => `right answers lost at most ${percent(limit)}`,
  maxAbsLogprobDiffMax: (limit) => `largest log-probability difference at most ${limit} nats`,
};

function driftBoundText(bound: DriftBound): string {
  const names = Object.keys(DRIFT_WORDS) as (keyof DriftBound)[];
  return names.flatMap((name) => (bound[name] === undefined ? [] : [DRIFT_WORDS[name](bound[name])])).join(', ');
}

function hintsOf(checks: readonly Check[], missing: number): string[] {
  const counting = checks.filter(({ waivedBy }) => waivedBy === null);
  const failed = counting.filter(({ outcome }) => outcome === 'fail');
  const open = counting.filter(({ outcome }) => outcome === 'inconclusive');
  const hints = [
    ...(missing > 0 ? [`${count(missing)} units have no usable observation: evenkeel run --resume runs them.`] : []),
    ...failed.map((check) => `${placeOf(check)} has to keep its rule: ${check.rule}.`),
    ...open.map((check) =>
      check.comparisonsNeeded === null
        ? `${placeOf(check)}: ${check.reason}`
        : `${placeOf(check)}: ${count(check.comparisonsNeeded)} comparisons without a difference would decide.`,
    ),
  ];
  if (hints.length <= MOST_HINTS) return hints;
  return [...hints.slice(0, MOST_HINTS), `${count(hints.length - MOST_HINTS)} more: see the checks.`];
}
