/**
 * The verdict: every check of the three reports, of the baseline and of the serving card, and one outcome with its exit code and a sentence for the banner.
 *
 * Order: a counterexample that was found stands, whatever is missing (fail, 1); then missing units (incomplete, 3); then
 * undecided checks (inconclusive, 4 or 0 by policy); then pass (0). A run in which nothing was judged is inconclusive.
 * @module
 */
import {
  SCHEMA_VERSION,
  type CardEntry,
  type Check,
  type Comparison,
  type DeterminismRow,
  type DriftRow,
  type Findings,
  type LeakageRow,
  type Policy,
  type ReportKind,
  type Verdict,
  type VerdictOutcome,
} from '../schema/index.ts';
import { answerDrafts } from './checks/answer-checks.ts';
import { baselineDrafts } from './checks/baseline-checks.ts';
import { determinismDrafts } from './checks/determinism-checks.ts';
import { driftDrafts } from './checks/drift-checks.ts';
import { executionDrafts } from './checks/execution-checks.ts';
import { leakageDrafts } from './checks/leakage-checks.ts';
import { cacheTimingDrafts } from './checks/cache-timing-checks.ts';
import { cardDrafts, unmetBoundDrafts } from './checks/policy-checks.ts';
import { retrievalDrafts } from './checks/retrieval-checks.ts';
import { judgeDrafts } from './families.ts';
import { invariantsOf } from './invariants.ts';
import { applyWaivers } from './waivers.ts';
import { counted } from './words.ts';

export interface JudgeInput {
  readonly findings: Findings;
  readonly policy: Policy;
  /** False for a shard or an interrupted run: units of the plan are outside these findings. */
  readonly planComplete: boolean;
  /** null when there is no baseline. */
  readonly comparison: Comparison | null;
  /** The serving card of the target. */
  readonly card: readonly CardEntry[];
  /** `YYYY-MM-DD`: decides which waivers have expired, and nothing else. */
  readonly today: string;
}

const REPORTS: readonly ReportKind[] = ['determinism', 'drift', 'leakage'];

/** Judges findings; pure: equal arguments give an equal verdict. */
export function judge({ findings, policy, planComplete, comparison, card, today }: JudgeInput): Verdict {
  const drafts = [
    ...executionDrafts(findings, policy),
    ...determinismDrafts(findings.determinism, policy),
    ...driftDrafts(findings.drift, policy),
    ...answerDrafts(findings.drift, policy),
    ...retrievalDrafts(findings.drift, policy),
    ...leakageDrafts(findings.leakage, policy),
    ...cacheTimingDrafts(findings.cacheTiming, policy.cacheTiming),
    ...unmetBoundDrafts(findings, policy),
    ...cardDrafts(card, policy),
    ...(comparison === null ? [] : baselineDrafts(comparison, policy)),
  ];
  const { checks, waivers } = applyWaivers(judgeDrafts(drafts, policy.families), policy.waivers, today);
  const missing = Math.max(
    findings.missing.length,
    findings.unitsPlanned - findings.unitsObserved - findings.unsupported.length,
  );
  const complete = planComplete && missing === 0;
  const outcome = checks.length === 0 && complete ? 'inconclusive' : outcomeOf(checks, complete);
  const about = (subject: Check['report']): Check[] => checks.filter(({ report }) => report === subject);
  return {
    schemaVersion: SCHEMA_VERSION,
    outcome,
    exitCode: exitCodeOf(outcome, policy),
    policyName: policy.name,
    partial: findings.partial === null ? null : { of: findings.partial.of, present: findings.partial.present },
    reason: `${partialWords(findings)}${bannerOf({ outcome, checks, findings, missing, planComplete, comparison })}`,
    reports: {
      determinism: reportOutcome('determinism', findings, checks, complete),
      drift: reportOutcome('drift', findings, checks, complete),
      leakage: reportOutcome('leakage', findings, checks, complete),
    },
    baseline: comparison === null ? 'not-run' : outcomeOf(about('baseline'), complete),
    checks,
    waivers,
    invariants: invariantsOf(findings, checks),
  };
}

function outcomeOf(checks: readonly Check[], complete: boolean): VerdictOutcome {
  const has = (outcome: Check['outcome']): boolean =>
    checks.some((check) => check.waivedBy === null && check.outcome === outcome);
  if (has('fail')) return 'fail';
  if (!complete || has('incomplete')) return 'incomplete';
  return has('inconclusive') ? 'inconclusive' : 'pass';
}

function exitCodeOf(outcome: VerdictOutcome, policy: Policy): Verdict['exitCode'] {
  if (outcome === 'fail') return 1;
  if (outcome === 'incomplete') return 3;
  return outcome === 'inconclusive' && policy.failOnInconclusive ? 4 : 0;
}

/**
 * A report whose rows have no bound was measured and has nothing against it: `pass` without a check. A check without a row is one of the
 * timing audit.
 */
function reportOutcome(
  report: ReportKind,
  findings: Findings,
  checks: readonly Check[],
  complete: boolean,
): VerdictOutcome | 'not-run' {
  const own = checks.filter((check) => check.report === report);
  return findings[report].length === 0 && own.length === 0 ? 'not-run' : outcomeOf(own, complete);
}

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
  readonly comparison: Comparison | null;
}

function bannerOf({ outcome, checks, findings, missing, planComplete, comparison }: BannerInput): string {
  const absent = missingWords(findings, missing, planComplete);
  const rows = REPORTS.reduce((total, report) => total + findings[report].length, 0);
  const waived = checks.filter(({ waivedBy }) => waivedBy !== null).length;
  const incomplete = checks.filter((check) => check.outcome === 'incomplete').map(({ reason }) => reason);
  switch (outcome) {
    case 'fail':
    case 'inconclusive': {
      const hits = checks.filter((check) => check.outcome === outcome && check.waivedBy === null);
      const [first] = hits;
      if (first === undefined)
        return `Nothing was judged: the policy has no bound for the ${counted(rows, 'row')} measured.`;
      const others =
        hits.length > 1
          ? ` ${counted(hits.length - 1, 'more check')} ${outcome === 'fail' ? 'failed' : 'undecided'}.`
          : '';
      return `${placeOf(first, findings, comparison)}: ${first.reason}${others}${absent === '' ? '' : ` ${absent}`}`;
    }
    case 'incomplete':
      return `${[absent, ...incomplete].filter((text) => text !== '').join(' ')} ${counted(checks.length, 'check')} so far, none failed.`;
    case 'pass':
      return `${counted(checks.length - waived, 'check')} passed on ${counted(findings.unitsObserved, 'unit')}; each names the failure rate it still allows.${waived === 0 ? '' : ` ${counted(waived, 'check')} waived.`}${unsupportedWords(findings)}`;
  }
}

/** Report, axis and level in words, for example `Determinism on batch-size/ragged, 4 requests, ragged lengths (level size-4)`. */
function placeOf(check: Check, findings: Findings, comparison: Comparison | null): string {
  const { report, axis, level } = check;
  if (report === 'serving-card') return `Serving card, ${axis}`;
  const rows: readonly Labelled[] =
    report === 'baseline' ? [...(comparison?.outputs ?? []), ...(comparison?.effects ?? [])] : findings[report];
  const label = rows.find((row) => row.axis === axis && row.level === level)?.label;
  const where =
    label === undefined ? (level === '*' ? axis : `${axis}, level ${level}`) : `${axis}, ${label} (level ${level})`;
  return `${SUBJECTS[report]} ${where}`;
}

type Labelled = Pick<DeterminismRow | DriftRow | LeakageRow, 'axis' | 'label'> & { readonly level: string };

const SUBJECTS: Readonly<Record<Exclude<Check['report'], 'serving-card'>, string>> = {
  determinism: 'Determinism on',
  drift: 'Drift on',
  leakage: 'Cross-request leakage on',
  baseline: 'Against the baseline,',
};

function unsupportedWords({ unsupported: [first, ...others] }: Findings): string {
  if (first === undefined) return '';
  return ` ${counted(others.length + 1, 'unit')} not supported by the target, first ${first.unitId}: ${first.why}.`;
}

function missingWords({ missing: reasons, unitsPlanned }: Findings, missing: number, planComplete: boolean): string {
  if (missing === 0) return planComplete ? '' : 'Only a part of the plan was judged.';
  const why = reasons[0] === undefined ? '' : `, first ${reasons[0].unitId}: ${reasons[0].why}`;
  return `${missing} of ${counted(unitsPlanned, 'unit')} missing${why}.`;
}
