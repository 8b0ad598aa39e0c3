/**
 * The change against a baseline: effects on both sides with the interval of their difference, and whether outputs are as they were.
 * @module
 */
import type {
  BaselinePolicy,
  Check,
  Comparison,
  EffectChange,
  Equality,
  OutputRow,
  Policy,
} from '../../harness/schema/index.ts';
import { count, counted, estimateInterval, estimateValue, percent, small } from '../number-format.ts';
import type { Column, Figure, IntervalsFigure, NamedValue, RowGroup, Section, StackedBarsFigure } from '../view.ts';
import { cell, column, linkId, type Context } from './context.ts';
import { judgedBy, statusOf } from './statuses.ts';

const COLUMNS: readonly Column[] = [
  column('axis', 'Axis', 'start', 'axis', 'What is varied.'),
  column('level', 'Level', 'start', 'level', 'The setting.'),
  column('base', 'Base', 'end', 'base', 'The effect in the baseline; its own interval below.'),
  column('head', 'This run', 'end', 'now', 'The effect in this run; its own interval below.'),
  column(
    'change',
    'Change',
    'end',
    'change',
    'This run less the base, mean over the cases that both have; 95 % interval below.',
  ),
  column(
    'p',
    'p-value',
    'end',
    null,
    'Of no difference, two-sided, by exchange of the two sides within a case; before any correction.',
  ),
];

type Metric = EffectChange['metric'];

const METRICS: Readonly<
  Record<Metric, { readonly title: string; readonly size: keyof BaselinePolicy['noise']; readonly axis: string }>
> = {
  bitsDifferShare: { title: 'Requests that differ in bits', size: 'failureRate', axis: 'change of the share' },
  tokensDifferShare: { title: 'Requests that differ in tokens', size: 'failureRate', axis: 'change of the share' },
  textDifferShare: { title: 'Requests that differ in text', size: 'failureRate', axis: 'change of the share' },
  klNatsMean: { title: 'Mean KL', size: 'klNatsMean', axis: 'change of the mean KL, nats' },
  sameTopShare: { title: 'Positions with the same top token', size: 'sameTopShare', axis: 'change of the share' },
  contentDependentShare: {
    title: 'Requests that depend on the content of others',
    size: 'failureRate',
    axis: 'change of the share',
  },
};

/** Empty without a baseline. */
export function baselineSections(context: Context): Section[] {
  const { comparison, verdict, policy } = context;
  if (comparison === null) return [];
  const checks = verdict.checks.filter(({ report }) => report === 'baseline');
  const metrics = [...new Set(comparison.effects.map(({ metric }) => metric))];
  return [
    {
      report: 'baseline',
      title: `Against ${comparison.base.name}`,
      status: statusOf(verdict.baseline),
      headline: headlineOf(comparison, checks),
      what: 'Shows what has changed since the baseline, paired by request and by case. A change counts when all of its interval lies beyond the noise; "not significant" is no evidence of "the same".',
      tiles: [],
      table: {
        id: 'baseline-rows',
        caption: 'Effects of this run against the baseline',
        columns: COLUMNS,
        groups: metrics.map((metric) => groupOf(metric, comparison, checks)),
      },
      facts: factsOf(comparison),
      figures: [
        ...outputsFigure(comparison.outputs),
        ...metrics.flatMap((metric) => changeFigure(metric, comparison, checks, policy)),
      ],
      evidence: [],
    },
  ];
}

function headlineOf({ units }: Comparison, checks: readonly Check[]): string {
  const of = (outcome: Check['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
  const failed = checks.find(({ outcome }) => outcome === 'fail');
  const compared = `${counted(units.both, 'unit')} compared; ${count(of('pass'))} of ${counted(checks.length, 'check')} passed.`;
  return failed === undefined ? compared : `${compared} ${failed.axis}, ${failed.level}: ${failed.reason}`;
}

const checksOfChange = (change: EffectChange, checks: readonly Check[]): readonly Check[] =>
  checks.filter(
    ({ axis, level, metric }) =>
      axis === change.axis && level === change.level && metric === `${change.metric} (${change.report})`,
  );

const rowIdOf = ({ report, axis, level, metric }: EffectChange): string =>
  linkId('baseline', report, axis, level, metric);

function groupOf(metric: Metric, { effects }: Comparison, checks: readonly Check[]): RowGroup {
  const format = METRICS[metric].size === 'klNatsMean' ? small : percent;
  const own = effects.filter((change) => change.metric === metric);
  return {
    title: METRICS[metric].title,
    note: '',
    // equal on both sides everywhere says nothing that the headline does not
    collapsed: own.every(({ difference }) => difference.kind === 'measured' && difference.value === 0),
    rows: own.map((change) => {
      const { axis, level, label, base, head, difference, pValue } = change;
      const judged = checksOfChange(change, checks);
      const status = judgedBy(judged);
      return {
        id: rowIdOf(change),
        status,
        cells: [
          cell(axis),
          cell(level, label),
          cell(estimateValue(base, format), estimateInterval(base, format)),
          cell(estimateValue(head, format), estimateInterval(head, format)),
          cell(
            estimateValue(difference, format),
            difference.kind === 'measured' ? estimateInterval(difference, format) : difference.why,
            status.outcome === 'fail',
          ),
          cell(pValue === null ? '–' : small(pValue)),
        ],
        notes: judged.filter(({ outcome }) => outcome !== 'pass').map(({ reason }) => reason),
      };
    }),
  };
}

function factsOf({ targetChanges, notComparable, noise, noiseMeasures }: Comparison): NamedValue[] {
  const moved = [...noise, ...(noiseMeasures ?? [])].map(({ metric, requests, own, cross, excess }) => ({
    name: `Noise of repeats, ${metric}`,
    value: `base from itself ${estimateValue(own, small)}, this run from the base ${estimateValue(cross, small)}, excess ${estimateValue(excess, small)} (${estimateInterval(excess, small)}), ${counted(requests, 'request')}`,
  }));
  return [
    ...targetChanges.map(({ name, base, head }) => ({
      name: `Target: ${name}`,
      value: `${base ?? 'absent'} → ${head ?? 'absent'}`,
    })),
    ...notComparable.map((value) => ({ name: 'Not compared', value })),
    ...moved,
  ];
}

function outputsFigure(rows: readonly OutputRow[]): StackedBarsFigure[] {
  if (rows.length === 0) return [];
  const equalIn = (part: OutputRow['bits']): Equality | null => ('kind' in part ? null : part);
  const share = (pick: (row: OutputRow) => number): number[] =>
    rows.map((row) => (row.text.n === 0 ? 0 : Math.round((pick(row) / row.text.n) * 10_000) / 100));
  const bits = (row: OutputRow): number => equalIn(row.bits)?.equal ?? 0;
  const tokens = (row: OutputRow): number => Math.max(bits(row), equalIn(row.tokens)?.equal ?? row.text.equal);
  const series = [
    { name: 'bits as in the base', role: 'equal', values: share(bits) },
    { name: 'tokens or text as in the base', role: 'tokens-only', values: share((row) => tokens(row) - bits(row)) },
    { name: 'another output', role: 'different', values: share((row) => row.text.n - tokens(row)) },
  ] as const;
  return [
    {
      kind: 'stacked-bars',
      id: 'outputs-against-baseline',
      title: 'Outputs as in the baseline, by level',
      caption:
        'Share of the requests that both have. Solid = the same bits; where a side holds no bits, the same tokens or text are the most that can be said.',
      categories: rows.map((row) => `${row.axis} · ${row.level} (n ${count(row.text.n)})`),
      series: series.filter(({ values }) => values.some((value) => value > 0)),
      xTitle: 'share of compared requests, %',
    },
  ];
}

/** The forest plot: changes with their intervals, the noise band shaded, the margin as a tick. */
function changeFigure(
  metric: Metric,
  { effects }: Comparison,
  checks: readonly Check[],
  policy: Policy | null,
): Figure[] {
  const { title, size, axis: xTitle } = METRICS[metric];
  const points: IntervalsFigure['points'] = effects
    .filter((change) => change.metric === metric)
    .flatMap((change) => {
      const { difference, axis, level } = change;
      if (difference.kind !== 'measured') return [];
      const { value, low, high } = difference;
      const interval = estimateInterval(difference, small);
      const limit = policy?.baseline.margin[size] ?? null;
      return [
        {
          label: level,
          axis,
          status: judgedBy(checksOfChange(change, checks)),
          value,
          low,
          high,
          bound: limit === null ? null : metric === 'sameTopShare' ? -limit : limit,
          text: `${small(value)}${interval === '' ? '' : ` (${interval})`}${change.pValue === null ? '' : `, p ${small(change.pValue)}`}`,
        },
      ];
    });
  if (points.every(({ value }) => value === 0)) return [];
  const noise = policy?.baseline.noise[size] ?? null;
  return [
    {
      kind: 'intervals',
      scale: 'linear',
      pointName: 'change',
      id: `change-of-${metric}`,
      title: `Change of: ${title}`,
      caption: `Point = mean change over the shared cases, line = 95 % interval. ${noise === null ? '' : 'The shaded column is the noise of the policy: a change counts when all of its line lies beyond it. A tick is the margin: a line that ends before it passes.'}`,
      points,
      bands: noise === null ? [] : [{ name: 'noise', min: -noise, max: noise }],
      xTitle,
    },
  ];
}
