/**
 * What the parts of the view share: the rows' ids, the checks of a row, and the policy that the manifest holds.
 * @module
 */
import {
  policy as policySchema,
  type Check,
  type Comparison,
  type Diagnosis,
  type DeterminismRow,
  type DriftRow,
  type Findings,
  type LeakageRow,
  type Manifest,
  type Plan,
  type Policy,
  type Verdict,
} from '../../harness/schema/index.ts';
import type { Cell, Column, Outcome, ReportId, Status } from '../view.ts';
import { judgedBy, statusOf } from './statuses.ts';

/** One unit as the report needs it. */
export interface UnitSummary {
  readonly unitId: string;
  readonly status: 'ok' | 'error' | 'unsupported';
  readonly lane: number;
  /** Attempts made; more than one = transport retries. */
  readonly attempts: number;
  /** The run that it was taken from; null = measured in this one. */
  readonly cachedFrom: string | null;
  /** All attempts together. */
  readonly durationMs: number;
}

export interface ViewInput {
  readonly manifest: Manifest;
  readonly plan: Plan;
  readonly findings: Findings;
  readonly verdict: Verdict;
  /** null = compared with no baseline. */
  readonly comparison: Comparison | null;
  /** null = nothing was diagnosed. */
  readonly diagnosis: Diagnosis | null;
  /** One per observed unit. */
  readonly units: readonly UnitSummary[];
}

export type ReportRow = DeterminismRow | DriftRow | LeakageRow;

export interface Context extends ViewInput {
  /** null when the manifest's configuration holds none that can be read. */
  readonly policy: Policy | null;
  readonly rowId: (report: ReportId, row: ReportRow) => string;
  readonly checksOf: (report: ReportId, row: ReportRow) => readonly Check[];
  readonly statusOfRow: (report: ReportId, row: ReportRow) => Status;
  readonly statusOfReport: (report: ReportId) => Status;
}

export function createContext(input: ViewInput): Context {
  const { findings, verdict } = input;
  const ids = rowIds(findings);
  const checksOf = (report: ReportId, row: ReportRow): readonly Check[] =>
    verdict.checks.filter((check) => check.report === report && check.axis === row.axis && check.level === row.level);
  return {
    ...input,
    policy: policyOf(input.manifest),
    rowId: (_report, row) => ids.get(row) ?? '',
    checksOf,
    statusOfRow: (report, row) => judgedBy(checksOf(report, row)),
    statusOfReport: (report) => {
      const outcome: Outcome = verdict.reports[report];
      const judged = verdict.checks.some((check) => check.report === report);
      // The gate lets a report without a bound pass; to a reader that is a measurement, not a judgement.
      return statusOf(outcome === 'pass' && !judged ? 'measured' : outcome);
    },
  };
}

/** A column of a table; `shortTitle` null = not shown in a narrow terminal. */
export const column = (
  id: string,
  title: string,
  align: Column['align'],
  shortTitle: string | null,
  help: string,
): Column => ({ id, title, align, shortTitle, help });

export const cell = (text: string, sub = '', marked = false): Cell => ({ text, sub, marked });

/** `batch-size/ragged, size-4`: how a row is named in a sentence. */
export const placeOf = ({ axis, level }: Pick<ReportRow, 'axis' | 'level'>): string => `${axis}, ${level}`;

/** Reasons of the checks that did not pass; for a row without a check, what its evidence lacks. */
export function notesOf(checks: readonly Check[], evidenceProblem: string | null): string[] {
  const reasons = checks.filter(({ outcome }) => outcome !== 'pass').map(({ reason }) => reason);
  if (reasons.length > 0 || checks.length > 0 || evidenceProblem === null) return reasons;
  return [evidenceProblem];
}

export function countersText(evidence: Readonly<Record<string, number>>): string {
  return Object.keys(evidence)
    .sort()
    .map((name) => `${name} ${evidence[name]}`)
    .join(' · ');
}

/** An id that can stand in a link, of parts that may hold anything. */
export const linkId = (...parts: readonly string[]): string =>
  parts.map((part) => part.replace(/[^A-Za-z0-9._-]+/g, '-')).join('--');

/** Stable links: report, axis and level; a number only where two rows would have the same id. */
function rowIds(findings: Findings): ReadonlyMap<ReportRow, string> {
  const ids = new Map<ReportRow, string>();
  const used = new Map<string, number>();
  for (const report of ['determinism', 'drift', 'leakage'] as const) {
    for (const row of findings[report]) {
      const id = linkId(report, row.axis, row.level);
      const times = (used.get(id) ?? 0) + 1;
      used.set(id, times);
      ids.set(row, times === 1 ? id : `${id}--${times}`);
    }
  }
  return ids;
}

function policyOf({ config }: Manifest): Policy | null {
  if (typeof config !== 'object' || config === null || !('policy' in config)) return null;
  const parsed = policySchema.safeParse(config.policy);
  return parsed.success ? parsed.data : null;
}
