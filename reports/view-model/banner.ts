/**
 * The banner: the verdict in one sentence, and what would change it.
 * @module
 */
import type { Check, Policy, Verdict } from '../../harness/schema/index.ts';
import { count, counted, percent, small } from '../number-format.ts';
import type { Banner } from '../view.ts';
import { placeOf, type Context } from './context.ts';
import { strongestEquality } from './determinism-section.ts';
import { statusOf } from './statuses.ts';

const LISTED_MAX = 4;

export function bannerOf(context: Context): Banner {
  const { verdict, findings, manifest, policy } = context;
  return {
    status: statusOf(verdict.outcome),
    sentence: verdict.reason,
    exitCode: verdict.exitCode,
    exitMeaning: exitMeaning(verdict),
    policyName: verdict.policyName,
    policyBounds: policy === null ? [] : policyBounds(policy),
    units: `${count(findings.unitsObserved)} of ${counted(findings.unitsPlanned, 'unit')}`,
    reproduce: manifest.reproduce,
    wouldChange: wouldChange(context),
  };
}

function exitMeaning({ outcome, exitCode }: Verdict): string {
  switch (exitCode) {
    case 0:
      return outcome === 'inconclusive' ? 'inconclusive is a warning under this policy' : 'pass';
    case 1:
      return 'gate failed';
    case 3:
      return 'run incomplete';
    case 4:
      return 'inconclusive';
  }
}

function policyBounds({ require, maxFailureRate, drift, failOnInconclusive }: Policy): string[] {
  const driftBounds = Object.keys(drift)
    .sort()
    .flatMap((place) => {
      const { klNatsMeanMax, sameTopShareMin } = drift[place] ?? {};
      return [
        ...(klNatsMeanMax === undefined ? [] : [`${place}: mean KL ≤ ${small(klNatsMeanMax)} nats`]),
        ...(sameTopShareMin === undefined ? [] : [`${place}: same top token ≥ ${percent(sameTopShareMin)}`]),
      ];
    });
  return [
    `equal ${require} where equality is owed`,
    `failure rate ≤ ${percent(maxFailureRate)}`,
    ...driftBounds,
    failOnInconclusive ? 'inconclusive fails (exit 4)' : 'inconclusive warns (exit 0)',
  ];
}

function wouldChange(context: Context): string[] {
  switch (context.verdict.outcome) {
    case 'fail':
      return failWouldChange(context);
    case 'incomplete':
      return missingLine(context);
    case 'inconclusive':
      return inconclusiveWouldChange(context);
    case 'pass':
      return passWouldChange(context);
  }
}

const withOutcome = ({ checks }: Verdict, outcome: Check['outcome']): Check[] =>
  checks.filter((check) => check.outcome === outcome);

/** `drift at precision, bf16`: which check. */
const nameOf = (check: Check): string =>
  `${check.report === 'leakage' ? 'cross-request leakage' : check.report} at ${placeOf(check)}`;

function failWouldChange(context: Context): string[] {
  const { findings, verdict } = context;
  const failed = withOutcome(verdict, 'fail');
  const names = failed.slice(0, LISTED_MAX).map(nameOf);
  const more = failed.length > LISTED_MAX ? `, and ${failed.length - LISTED_MAX} more` : '';
  const lines = [`More samples do not mend a failure. ${counted(failed.length, 'check')} would have to pass: ${names.join('; ')}${more}.`];
  const bitsOnly = findings.determinism.filter(
    (row) =>
      failed.some((check) => check.report === 'determinism' && check.axis === row.axis && check.level === row.level) &&
      strongestEquality(row) === row.bits &&
      row.tokens.equal === row.tokens.n,
  ).length;
  const levels = failed.filter(({ report }) => report === 'determinism').length;
  if (bitsOnly > 0)
    lines.push(`At ${bitsOnly} of ${counted(levels, 'failing determinism level', 'failing determinism levels')} only bits differ and no token.`);
  return [...lines, ...missingLine(context)];
}

function inconclusiveWouldChange(context: Context): string[] {
  const open = withOutcome(context.verdict, 'inconclusive');
  if (open.length === 0) return ['A bound in the policy: without one there is nothing to judge.'];
  const lines = open.slice(0, LISTED_MAX).map((check) => {
    const what = `${nameOf(check)}: `;
    if (check.comparisonsNeeded === null) return `${what}${check.reason}`;
    return `${what}${counted(check.comparisonsNeeded, 'comparison')} would decide.`;
  });
  if (open.length > LISTED_MAX) lines.push(`${counted(open.length - LISTED_MAX, 'more check')} undecided.`);
  return lines;
}

function passWouldChange({ verdict }: Context): string[] {
  const owed = verdict.checks.filter(({ report }) => report !== 'drift').length;
  const bounds = verdict.checks.length - owed;
  const lines: string[] = [];
  if (owed > 0) lines.push(`One differing comparison in any of ${counted(owed, 'equality check')} turns this into FAIL.`);
  if (bounds > 0) lines.push(`So does ${counted(bounds, 'drift bound')} broken by a whole interval.`.replace(/does (\d+) drift bounds/, 'does any of $1 drift bounds'));
  return lines;
}

function missingLine({ findings }: Context): string[] {
  const missing = Math.max(findings.missing.length, findings.unitsPlanned - findings.unitsObserved);
  return missing === 0 ? [] : [`${counted(missing, 'unit')} of the plan missing: resume the run.`];
}
