/**
 * The matrix: every axis with its levels, one small cell each, grouped by what is owed there.
 * @module
 */
import type { DeterminismRow, DriftRow, LeakageRow } from '../../harness/schema/index.ts';
import { equalOf, estimateInterval, estimateValue, failureRate, small } from '../number-format.ts';
import type { MatrixAxis, MatrixBand, MatrixCell, ReportId } from '../view.ts';
import type { Context, ReportRow } from './context.ts';
import { strongestEquality } from './determinism-section.ts';
import { worstOf } from './statuses.ts';

export function matrixOf(context: Context): MatrixBand[] {
  const { determinism, drift, leakage } = context.findings;
  const bands = [
    band(context, 'determinism', 'Equal bits are owed', determinism.filter(isOwed), (row) => {
      const equality = strongestEquality(row);
      return { value: equalOf(equality), n: `n ${equality.n}`, interval: failureRate(equality) };
    }),
    band(context, 'leakage', 'Independence of other requests’ content is owed', leakage, ({ contentDependent }) => ({
      value: equalOf(contentDependent),
      n: `n ${contentDependent.n}`,
      interval: failureRate(contentDependent),
    })),
    band(
      context,
      'drift',
      'Drift is measured (mean KL, nats)',
      drift.filter(({ promise }) => promise === 'drift'),
      ({ klNatsMean }) => ({
        value: estimateValue(klNatsMean, small),
        n: klNatsMean.kind === 'measured' ? `n ${klNatsMean.n}` : '',
        interval: estimateInterval(klNatsMean, small),
      }),
    ),
  ];
  return bands.filter(({ axes }) => axes.length > 0);
}

const isOwed = ({ promise }: DeterminismRow): boolean => promise === 'bit-equal';

type Shown = Pick<MatrixCell, 'value' | 'n' | 'interval'>;

function band<Row extends DeterminismRow | DriftRow | LeakageRow>(
  context: Context,
  report: ReportId,
  title: string,
  rows: readonly Row[],
  show: (row: Row) => Shown,
): MatrixBand {
  const names = [...new Set(rows.map(({ axis }) => axis))];
  const axes = names.map((axis): MatrixAxis => {
    const cells = rows.filter((row) => row.axis === axis).map((row) => cellOf(context, report, row, show(row)));
    return { axis, status: worstOf(cells.map(({ status }) => status.outcome)), cells };
  });
  return { report, title, axes };
}

function cellOf(context: Context, report: ReportId, row: ReportRow, shown: Shown): MatrixCell {
  return {
    level: row.level,
    label: row.label,
    status: context.statusOfRow(report, row),
    rowId: context.rowId(report, row),
    ...shown,
  };
}
