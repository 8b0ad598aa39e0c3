/**
 * What stands behind the results: checks, units, serving card, manifest.
 * @module
 */
import type { Check } from '../../harness/schema/index.ts';
import { count, duration, small } from '../number-format.ts';
import type { CheckRow, NamedValue, UnitsView, WaiverRow } from '../view.ts';
import type { Context, ReportRow } from './context.ts';
import { placeOf } from './context.ts';
import { statusOf } from './statuses.ts';

const WORST_FIRST: readonly Check['outcome'][] = ['fail', 'incomplete', 'inconclusive', 'pass'];

/** Worst first, then in the gate's order. */
export function checksOf(context: Context): CheckRow[] {
  return WORST_FIRST.flatMap((outcome) => context.verdict.checks.filter((check) => check.outcome === outcome)).map(
    (check) => {
      return {
        rowId: rowIdOf(check, context),
        report: check.report,
        place: placeOf(check),
        rule: check.rule,
        observed: check.observed,
        pValue: pValueOf(check),
        status: statusOf(check.outcome),
        reason: `${check.reason}${waiverOf(check, context)}`,
        needed: check.comparisonsNeeded === null ? '' : count(check.comparisonsNeeded),
      };
    },
  );
}

function pValueOf({ family }: Check): string {
  if (family === null) return '';
  const { pValue, adjusted, alpha } = family;
  return `${small(pValue)}, adjusted ${small(adjusted)} (α ${small(alpha)})`;
}

export function waiversOf({ verdict }: Context): WaiverRow[] {
  return verdict.waivers.map(({ report, axis, level, metric, owner, expires, reason, state }) => ({
    place: [report, axis, level ?? 'every level', metric ?? 'every check'].join(', '),
    owner,
    expires,
    reason,
    state,
  }));
}

function waiverOf({ waivedBy }: Check, { verdict }: Context): string {
  if (waivedBy === null) return '';
  const { owner, expires, reason } = verdict.waivers[waivedBy];
  return ` Waived by ${owner} until ${expires}: ${reason}`;
}

/** null for a check that is about no row of a report. */
function rowIdOf({ report, axis, level }: Check, context: Context): string | null {
  if (report === 'baseline' || report === 'serving-card') return null;
  const rows: readonly ReportRow[] = context.findings[report];
  const row = rows.find((one) => one.axis === axis && one.level === level);
  return row === undefined ? null : context.rowId(report, row);
}

export function unitsOf({ plan, findings, units }: Context): UnitsView {
  const byId = new Map(units.map((unit) => [unit.unitId, unit]));
  const perturbationOf = new Map(plan.units.map((unit) => [unit.id, unit.perturbation]));
  const names = [...new Set(plan.units.map(({ perturbation }) => perturbation))];
  const retries = units.filter(({ attempts }) => attempts > 1).length;
  return {
    planned: findings.unitsPlanned,
    observed: findings.unitsObserved,
    facts: [
      { name: 'Units', value: `${count(findings.unitsObserved)} of ${count(findings.unitsPlanned)}` },
      { name: 'Lanes', value: [...new Set(units.map(({ lane }) => lane))].sort((a, b) => a - b).join(', ') || 'none' },
      { name: 'Units with more than one attempt', value: count(retries) },
    ],
    coverage: names.map((perturbation) => {
      const own = plan.units.filter((unit) => unit.perturbation === perturbation);
      const seen = own.flatMap(({ id }) => byId.get(id) ?? []);
      return {
        perturbation,
        planned: count(own.length),
        observed: count(seen.filter(({ status }) => status === 'ok').length),
        requests: count(own.reduce((total, { cost }) => total + cost.requests, 0)),
        time: duration(seen.reduce((total, { durationMs }) => total + durationMs, 0)),
      };
    }),
    missing: [
      ...findings.missing,
      ...findings.unsupported.map(({ unitId, why }) => ({ unitId, why: `not supported by the target: ${why}` })),
    ].map(({ unitId, why }) => ({ unitId, perturbation: perturbationOf.get(unitId) ?? 'not in the plan', why })),
  };
}

export function capabilitiesOf({ manifest }: Context): NamedValue[] {
  const { logits, precisionModes, batching } = manifest.target.capabilities;
  return [
    { name: 'Logits', value: logits ? 'yes: bits are compared' : 'not supported' },
    { name: 'Precision modes', value: precisionModes.join(', ') || 'not supported' },
    { name: 'Batching under control', value: batching ? 'yes' : 'no' },
    {
      name: 'Vocabulary',
      value: manifest.target.vocabSize === null ? 'not told by the target' : count(manifest.target.vocabSize),
    },
    { name: 'Fingerprint', value: manifest.target.fingerprintSha256 },
  ];
}

export function manifestOf({ manifest }: Context): NamedValue[] {
  const { runtime, configGit } = manifest;
  return [
    { name: 'Run', value: manifest.runId },
    { name: 'Begun', value: manifest.createdAt },
    { name: 'evenkeel', value: manifest.evenkeelVersion },
    { name: 'Runtime', value: `Node ${runtime.node}, ${runtime.platform} ${runtime.arch}` },
    {
      name: 'Git state of the configuration',
      value:
        configGit === null ? 'not in a repository' : `${configGit.commit}${configGit.dirty ? ' with changes' : ''}`,
    },
    { name: 'Seed', value: manifest.seed },
    { name: 'Configuration, SHA-256', value: manifest.configSha256 },
    { name: 'Cases, SHA-256', value: manifest.casesSha256 },
    { name: 'Plan, SHA-256', value: manifest.planSha256 },
  ];
}
