/**
 * The verdict: every check of the three reports, and one outcome with its exit code and a sentence for the banner.
 *
 * Order: a counterexample that was found stands, whatever is missing (fail, 1); then missing units (incomplete, 3); then
 * undecided checks (inconclusive, 4 or 0 by policy); then pass (0). A run in which nothing was judged is inconclusive.
 * @module
 */
import {
  SCHEMA_VERSION,
  type Check,
  type DeterminismRow,
  type DriftRow,
  type Findings,
  type LeakageRow,
  type Policy,
  type ReportKind,
  type Verdict,
  type VerdictOutcome,
} from '../schema/index.ts';
import { determinismChecks } from './determinism-checks.ts';
import { executionChecks } from './execution-checks.ts';
import { driftChecks } from './drift-checks.ts';
import { leakageChecks } from './leakage-checks.ts';
import { counted } from './words.ts';

export interface JudgeInput {
  readonly findings: Findings;
  readonly policy: Policy;
  /** False for a shard or an interrupted run: units of the plan are outside these findings. */
  readonly planComplete: boolean;
}

const REPORTS: readonly ReportKind[] = ['determinism', 'drift', 'leakage'];

/** Judges findings; pure: the same findings and policy give the same verdict. */
export function judge({ findings, policy, planComplete }: JudgeInput): Verdict {
  const checks = [
    ...executionChecks(findings, policy),
    ...determinismChecks(findings.determinism, policy),
    ...driftChecks(findings.drift, policy),
    ...leakageChecks(findings.leakage, policy),
  ];
  const missing = Math.max(findings.missing.length, findings.unitsPlanned - findings.unitsObserved);
  const complete = planComplete && missing === 0;
  const outcome = checks.length === 0 && complete ? 'inconclusive' : outcomeOf(checks, complete);
  return {
    schemaVersion: SCHEMA_VERSION,
    outcome,
    exitCode: exitCodeOf(outcome, policy),
    policyName: policy.name,
    partial: findings.partial === null ? null : { of: findings.partial.of, present: findings.partial.present },
    reason: `${partialWords(findings)}${bannerOf({ outcome, checks, findings, missing, planComplete })}`,
    reports: {
      determinism: reportOutcome('determinism', findings, checks, complete),
      drift: reportOutcome('drift', findings, checks, complete),
      leakage: reportOutcome('leakage', findings, checks, complete),
    },
    checks,
  };
}

function outcomeOf(checks: readonly Check[], complete: boolean): VerdictOutcome {
  if (checks.some(({ outcome }) => outcome === 'fail')) return 'fail';
  if (!complete) return 'incomplete';
  return checks.some(({ outcome }) => outcome === 'inconclusive') ? 'inconclusive' : 'pass';
}

function exitCodeOf(outcome: VerdictOutcome, policy: Policy): Verdict['exitCode'] {
  if (outcome === 'fail') return 1;
  if (outcome === 'incomplete') return 3;
  return outcome === 'inconclusive' && policy.failOnInconclusive ? 4 : 0;
}

/** A report whose rows have no bound was measured and has nothing against it: `pass` without a check. */
function reportOutcome(
  report: ReportKind,
  findings: Findings,
  checks: readonly Check[],
  complete: boolean,
): VerdictOutcome | 'not-run' {
  if (findings[report].length === 0) return 'not-run';
  return outcomeOf(
    checks.filter((check) => check.report === report),
    complete,
  );
}

/** The stamp of a run without all of its shards: in front of everything else that is said. */
function partialWords({ partial }: Findings): string {
  if (partial === null) return '';
  const { of, present, unitsLeftOut } = partial;
  return `PARTIAL, ${present.length} of ${counted(of, 'shard')}, ${counted(unitsLeftOut, 'unit')} left out. `;
}

interface BannerInput {
  readonly outcome: VerdictOutcome;
  readonly checks: readonly Check[];
  readonly findings: Findings;
  readonly missing: number;
  readonly planComplete: boolean;
}

function bannerOf({ outcome, checks, findings, missing, planComplete }: BannerInput): string {
  const absent = missingWords(findings, missing, planComplete);
  const rows = REPORTS.reduce((total, report) => total + findings[report].length, 0);
  switch (outcome) {
    case 'fail':
    case 'inconclusive': {
      const hits = checks.filter((check) => check.outcome === outcome);
      const [first] = hits;
      if (first === undefined)
        return `Nothing was judged: the policy has no bound for the ${counted(rows, 'row')} measured.`;
      const others =
        hits.length > 1
          ? ` ${counted(hits.length - 1, 'more check')} ${outcome === 'fail' ? 'failed' : 'undecided'}.`
          : '';
      return `${placeOf(first, findings)}: ${first.reason}${others}${absent === '' ? '' : ` ${absent}`}`;
    }
    case 'incomplete':
      return `${absent} ${counted(checks.length, 'check')} so far, none failed.`;
    case 'pass':
      return `${counted(checks.length, 'check')} passed on ${counted(findings.unitsObserved, 'unit')}; each names the failure rate it still allows.`;
  }
}

/** Report, axis and level in words, for example `Determinism, batch-size/ragged, 4 requests, ragged lengths (size-4-ragged)`. */
function placeOf(check: Check, findings: Findings): string {
  const rows: readonly (DeterminismRow | DriftRow | LeakageRow)[] = findings[check.report];
  const label = rows.find(({ axis, level }) => axis === check.axis && level === check.level)?.label;
  const name = check.report === 'leakage' ? 'cross-request leakage' : check.report;
  const level = label === undefined ? `level ${check.level}` : `${label} (level ${check.level})`;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} on ${check.axis}, ${level}`;
}

function missingWords({ missing: reasons, unitsPlanned }: Findings, missing: number, planComplete: boolean): string {
  if (missing === 0) return planComplete ? '' : 'Only a part of the plan was judged.';
  const why = reasons[0] === undefined ? '' : `, first ${reasons[0].unitId}: ${reasons[0].why}`;
  return `${missing} of ${counted(unitsPlanned, 'unit')} missing${why}.`;
}
