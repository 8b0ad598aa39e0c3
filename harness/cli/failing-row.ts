/**
 * Which row of a run is diagnosed, and which of its pairs: the one that is asked for, or the worst of those that failed.
 * @module
 */
import { ConfigError } from '../ports/index.ts';
import type { Check, Diagnosis, Findings, LevelPromise, Plan, Unit } from '../schema/index.ts';
import type { Analysis } from './analyse.ts';

export interface DiagnosedRow {
  readonly row: Diagnosis['row'];
  /** Compared pairs that differ, and all. */
  readonly differ: number;
  readonly n: number;
  readonly pair: Diagnosis['pair'];
}

/** `perturbation:level` */
const ROW = /^([a-z0-9._-]+):([a-z0-9._-]+)$/;

/** @returns null when nothing failed @throws ConfigError for a row that the run has not */
export function chooseRow(
  { findings, verdict }: Pick<Analysis, 'findings' | 'verdict'>,
  plan: Plan,
  wanted: string | undefined,
): DiagnosedRow | null {
  const rows = allRows(findings, plan);
  if (wanted !== undefined) return namedRow(rows, wanted);
  const failed = verdict.checks.filter(({ outcome, waivedBy }) => outcome === 'fail' && waivedBy === null);
  const [worst = null] = rows.filter(({ row }) => failed.some((check) => isAbout(check, row))).sort(worstFirst);
  return worst;
}

function namedRow(rows: readonly DiagnosedRow[], wanted: string): DiagnosedRow {
  const [, perturbation, level] = ROW.exec(wanted) ?? [];
  const [found] = rows.filter(({ row }) => row.perturbation === perturbation && row.level === level).sort(worstFirst);
  if (found !== undefined) return found;
  const known = [...new Set(rows.map(({ row }) => `${row.perturbation}:${row.level}`))];
  throw new ConfigError({
    code: 'FLAG_ROW',
    at: '--row',
    expected: `one of ${known.join(', ')}`,
    got: JSON.stringify(wanted),
    hint: 'A row is a perturbation and one of its levels.',
  });
}

function isAbout(check: Check, row: Diagnosis['row']): boolean {
  return check.report === row.report && check.axis === row.axis && (check.level === '*' || check.level === row.level);
}

const SEVERITY: Readonly<Record<Diagnosis['row']['report'], number>> = { leakage: 0, determinism: 1, drift: 2 };

/** A leak before a broken promise before drift; then the larger share; then the order of the findings. */
function worstFirst(a: DiagnosedRow, b: DiagnosedRow): number {
  const share = (row: DiagnosedRow): number => (row.n === 0 ? 0 : row.differ / row.n);
  return SEVERITY[a.row.report] - SEVERITY[b.row.report] || share(b) - share(a);
}

function allRows({ determinism, drift, leakage }: Findings, plan: Plan): DiagnosedRow[] {
  const leaks = leakage.map((row) => {
    const { equal, n } = row.contentDependent;
    return rowOf('leakage', row, { differ: n - equal, n }, row.divergences[0], plan);
  });
  const broken = determinism.map((row) => {
    const { equal, n } = 'n' in row.bits ? row.bits : row.tokens;
    return rowOf('determinism', row, { differ: n - equal, n }, row.divergences[0], plan);
  });
  const moved = drift.map((row) => {
    const outputs = determinism.find(({ axis, level }) => axis === row.axis && level === row.level);
    const { equal, n } = outputs?.tokens ?? { equal: 0, n: 0 };
    return rowOf('drift', row, { differ: n - equal, n }, outputs?.divergences[0], plan);
  });
  return [...leaks, ...broken, ...moved].filter((row) => row !== null);
}

function rowOf(
  report: Diagnosis['row']['report'],
  {
    perturbation,
    axis,
    level,
    label,
    promise,
  }: Omit<Diagnosis['row'], 'report' | 'promise'> & {
    readonly promise: LevelPromise;
  },
  counts: { readonly differ: number; readonly n: number },
  pair: Diagnosis['pair'] | undefined,
  plan: Plan,
): DiagnosedRow | null {
  const found = pair ?? anyPair(unitsOf(plan, perturbation, level)[0]);
  if (found === undefined) return null;
  const { unitId, caseId, requestId } = found;
  return {
    row: { report, perturbation, axis, level, label, promise },
    ...counts,
    pair: { unitId, caseId, requestId },
  };
}

/** A request's id is its case's where a unit has one case. */
function anyPair(unit: Unit | undefined): Diagnosis['pair'] | undefined {
  return unit === undefined ? undefined : { unitId: unit.id, caseId: unit.caseIds[0], requestId: unit.caseIds[0] };
}

/** The units that have the level, in plan order. */
export function unitsOf(plan: Plan, perturbation: string, level: string): Unit[] {
  return plan.units.filter((unit) => unit.perturbation === perturbation && unit.levels.some(({ id }) => id === level));
}
