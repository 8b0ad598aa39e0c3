/**
 * The matrix on the first screen: one line per axis, one cell per level, grouped by what is owed.
 *
 * Each level stands once, in the report that judges it; the cell leads to that row.
 * @module
 */
import type { LevelPromise } from '../../harness/schema/index.ts';
import { count, equalOf, small } from '../number-format.ts';
import type { MatrixAxis, MatrixBand, MatrixCell, ReportId } from '../view.ts';
import type { Context, ReportRow } from './context.ts';
import { strongestEquality } from './determinism-section.ts';
import { worstOf } from './statuses.ts';

interface Band {
  readonly promise: LevelPromise;
  readonly report: ReportId;
  readonly title: string;
}

const BANDS: readonly Band[] = [
  { promise: 'bit-equal', report: 'determinism', title: 'Owes equal bits' },
  { promise: 'content-independent', report: 'leakage', title: 'Owes independence of other requests’ content' },
  { promise: 'drift', report: 'drift', title: 'May move; by how much is measured' },
];

export function matrixBands(context: Context): MatrixBand[] {
  return BANDS.map(({ promise, report, title }) => {
    const rows: readonly ReportRow[] = context.findings[report];
    const owed = rows.filter((row) => row.promise === promise);
    const axes = [...new Set(owed.map(({ axis }) => axis))];
    return { report, title, axes: axes.map((axis) => axisOf(axis, owed, report, context)) };
  }).filter(({ axes }) => axes.length > 0);
}

function axisOf(axis: string, rows: readonly ReportRow[], report: ReportId, context: Context): MatrixAxis {
  const cells = rows
    .filter((row) => row.axis === axis)
    .map((row): MatrixCell => {
      const { value, n } = shortResult(row);
      return {
        level: row.level,
        label: row.label,
        status: context.statusOfRow(report, row),
        value,
        n: `n ${count(n)}`,
        rowId: context.rowId(report, row),
      };
    });
  return { axis, status: worstOf(cells.map(({ status }) => status.outcome)), cells };
}

function shortResult(row: ReportRow): { readonly value: string; readonly n: number } {
  if ('klNatsMean' in row) {
    const { klNatsMean } = row;
    if (klNatsMean.kind !== 'measured') return { value: 'no KL', n: 0 };
    return { value: `KL ${small(klNatsMean.value)}`, n: klNatsMean.n };
  }
  const equality = 'contentDependent' in row ? row.contentDependent : strongestEquality(row);
  return { value: `${equalOf(equality)} equal`, n: equality.n };
}
