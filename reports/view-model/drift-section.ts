/**
 * The drift report: how far distributions move. Levels that owe equal bits are folded away as long as their KL is exactly zero.
 * @module
 */
import { KL_BANDS, type DriftRow, type Policy } from '../../harness/schema/index.ts';
import { compareNumbers, counted, estimateInterval, estimateValue, percent, ratio, small } from '../number-format.ts';
import type { Cell, Column, Figure, ReportCard, RowGroup, Section, TableRow } from '../view.ts';
import { answerFacts, retrievalFacts } from './agreement-facts.ts';
import { cell, column, countersText, notesOf, placeOf, type Context } from './context.ts';

const REPORT = 'drift';
/** More lines than this cannot be told apart. */
const LINES_MAX = 6;

const CONTEXT_WORDS: Readonly<Record<DriftRow['context'], string>> = {
  'prompt-positions': 'prompt',
  'forced-output': 'forced output',
  'same-history-output': 'output while equal',
};

const COLUMNS: readonly Column[] = [
  column('axis', 'Axis', 'start', 'axis', 'What is varied.'),
  column('level', 'Level', 'start', 'level', 'The setting, compared with the reference level of the same unit.'),
  column(
    'kl',
    'Mean KL',
    'end',
    'mean KL',
    'KL(reference ‖ level) in nats, mean over positions; 95 % interval over cases below.',
  ),
  column('klMax', 'Max KL', 'end', 'max KL', 'The largest KL of one position, in nats.'),
  column(
    'top',
    'Same top token',
    'end',
    'same top',
    'Share of positions with the same most likely token; interval below.',
  ),
  column('logprobMax', 'Max |Δ logprob|', 'end', null, 'Largest difference of a log-probability, in nats.'),
  column(
    'logprobRms',
    'RMS Δ logprob',
    'end',
    null,
    'Root mean square difference of the actual next token’s log-probability, in nats.',
  ),
  column(
    'ppl',
    'Perplexity ratio',
    'end',
    null,
    'Perplexity at the level divided by that at the reference, on the actual next tokens.',
  ),
  column('band', 'Band', 'start', 'band', 'A name for the size of the mean KL.'),
  column('n', 'Compared', 'end', null, 'Positions, and cases that they come from.'),
];

export function driftSection(context: Context): Section {
  const rows = context.findings.drift;
  return {
    report: REPORT,
    title: 'Drift',
    status: context.statusOfReport(REPORT),
    headline: summaryOf(context),
    what: 'Shows by how much the next-token distributions move, in one and the same context. It shows the size of a change: a small KL does not show that the answers are as good.',
    tiles: [],
    table: {
      id: 'drift-rows',
      caption: 'Distance from the reference, by axis and level',
      columns: COLUMNS,
      groups: groupsOf(context),
    },
    facts: [...answerFacts(rows), ...retrievalFacts(rows)],
    figures: [...intervalsFigure(context), ...ladderFigure(rows), ...positionFigures(rows)],
    evidence: rows
      .filter(({ promise }) => promise === 'drift')
      .map((row) => ({ rowId: context.rowId(REPORT, row), place: placeOf(row), counters: countersText(row.evidence) })),
  };
}

export function driftCard(context: Context): ReportCard {
  const worst = largestRow(context.findings.drift);
  return {
    report: REPORT,
    title: 'Drift',
    kinds: [...new Set(shownRows(context.findings.drift).map(({ axis }) => axis.split('/')[0]))].join(' · '),
    status: context.statusOfReport(REPORT),
    figure: worst === null ? '–' : small(worst.value),
    figureCaption: 'nats, largest mean KL of a level',
    summary: summaryOf(context),
  };
}

/** Rows that may move; when there are none, all. */
function shownRows(rows: readonly DriftRow[]): readonly DriftRow[] {
  const free = rows.filter(({ promise }) => promise === 'drift');
  return free.length > 0 ? free : rows;
}

const klOf = ({ klNatsMean }: DriftRow): number | null => (klNatsMean.kind === 'measured' ? klNatsMean.value : null);

const movedThoughOwed = (row: DriftRow): boolean => row.promise !== 'drift' && klOf(row) !== 0;

function largestRow(rows: readonly DriftRow[]): { readonly row: DriftRow; readonly value: number } | null {
  let largest: { row: DriftRow; value: number } | null = null;
  for (const row of rows) {
    const value = klOf(row);
    if (value !== null && (largest === null || value > largest.value)) largest = { row, value };
  }
  return largest;
}

function summaryOf({ findings, verdict, statusOfRow }: Context): string {
  const rows = findings.drift;
  if (rows.length === 0) return 'No unit of the plan feeds this report.';
  const worst = largestRow(rows);
  const scored = rows.filter(({ values }) => values !== undefined);
  const unmeasured = rows.filter((row) => klOf(row) === null && row.values === undefined).length;
  const missing = unmeasured === 0 ? '' : ` ${counted(unmeasured, 'level')} not measured.`;
  if (worst === null)
    return `${scored.length > 0 ? scoredSummary(scored) : 'No distribution could be compared.'}${missing}`;
  const failed = rows.filter((row) => statusOfRow(REPORT, row).outcome === 'fail');
  const bounded = verdict.checks.filter(({ report }) => report === REPORT).length;
  const bounds =
    bounded === 0
      ? 'The policy sets no bound: measured, not judged.'
      : failed.length > 0
        ? `Bound broken at ${placeOf(failed[0])}${failed.length > 1 ? ` and ${failed.length - 1} more` : ''}.`
        : `${counted(bounded, 'bound')} checked, none broken.`;
  const where =
    worst.value === 0 ? 'Every KL is exactly zero.' : `Largest at ${placeOf(worst.row)} (${worst.row.band}).`;
  return `${where} ${bounds}${missing}`;
}

/** A server gives no distributions: what its tokens' log-probabilities say. */
function scoredSummary(rows: readonly DriftRow[]): string {
  const largest = rows.reduce<{ row: DriftRow; value: number } | null>((most, row) => {
    const value = row.rmsLogprobDiff.kind === 'measured' ? row.rmsLogprobDiff.value : null;
    return value !== null && (most === null || value > most.value) ? { row, value } : most;
  }, null);
  const where =
    largest === null || largest.value === 0
      ? 'Every compared log-probability is equal.'
      : `RMS difference of the tokens’ log-probabilities at most ${small(largest.value)} nats, at ${placeOf(largest.row)}.`;
  return `No distributions from this target, so no KL. ${where}`;
}

function groupsOf(context: Context): RowGroup[] {
  const rows = context.findings.drift;
  const free = rows.filter(({ promise }) => promise === 'drift');
  const owed = rows.filter(({ promise }) => promise !== 'drift');
  const moved = owed.filter(movedThoughOwed);
  const groups: RowGroup[] = [
    {
      title: 'May move',
      note: 'The prompt or the arithmetic changed.',
      collapsed: false,
      rows: free.map((row) => tableRow(row, context)),
    },
    {
      title: 'Owes equal bits, and does not have a KL of zero',
      note: 'Judged in the determinism report.',
      collapsed: false,
      rows: moved.map((row) => tableRow(row, context)),
    },
    {
      title: `${counted(owed.length - moved.length, 'level')} with equal bits owed: KL exactly 0`,
      note: 'Judged in the determinism report.',
      collapsed: true,
      rows: owed.filter((row) => !movedThoughOwed(row)).map((row) => tableRow(row, context)),
    },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

function tableRow(row: DriftRow, context: Context): TableRow {
  const bound = boundNats(row, context.policy);
  return {
    id: context.rowId(REPORT, row),
    status: context.statusOfRow(REPORT, row),
    cells: [
      cell(row.axis),
      cell(row.level, row.label),
      estimateCell(row.klNatsMean, small, bound === null ? '' : `bound ${small(bound)}`),
      estimateCell(row.klNatsMax, small),
      estimateCell(row.sameTopShare, percent),
      estimateCell(row.maxAbsLogprobDiff, small),
      estimateCell(row.rmsLogprobDiff, small),
      estimateCell(row.perplexityRatio, ratio),
      cell(row.band),
      cell(
        `${counted(row.positions, 'position')}`,
        `${row.klNatsMean.kind === 'measured' ? `${counted(row.klNatsMean.n, 'case')}, ` : ''}${CONTEXT_WORDS[row.context]}${row.values === undefined ? '' : ', token log-probabilities'}`,
      ),
    ],
    notes: notesOf(context.checksOf(REPORT, row), null),
  };
}

function estimateCell(estimate: DriftRow['klNatsMean'], format: (value: number) => string, extra = ''): Cell {
  const sub = estimate.kind === 'measured' ? estimateInterval(estimate, format) : estimate.why;
  return cell(estimateValue(estimate, format), [sub, extra].filter((part) => part !== '').join('; '));
}

/** The policy's bound for the axis and level, else for the axis: the gate's own rule. */
function boundNats({ axis, level }: DriftRow, policy: Policy | null): number | null {
  for (const key of [`${axis}:${level}`, axis]) {
    if (policy !== null && Object.hasOwn(policy.drift, key)) return policy.drift[key]?.klNatsMeanMax ?? null;
  }
  return null;
}

function intervalsFigure(context: Context): Figure[] {
  const rows = context.findings.drift.filter(
    (row) => klOf(row) !== null && (row.promise === 'drift' || movedThoughOwed(row)),
  );
  if (rows.length === 0) return [];
  const points = rows.map((row) => {
    const { klNatsMean } = row;
    const [value, low, high] =
      klNatsMean.kind === 'measured' ? [klNatsMean.value, klNatsMean.low, klNatsMean.high] : [0, null, null];
    const interval = estimateInterval(klNatsMean, small);
    return {
      label: row.level,
      axis: row.axis,
      status: context.statusOfRow(REPORT, row),
      value,
      low,
      high,
      bound: boundNats(row, context.policy),
      text: `${small(value)} nats${interval === '' ? '' : ` (${interval})`}`,
    };
  });
  return [
    {
      kind: 'intervals',
      scale: 'logarithmic',
      pointName: 'mean',
      id: 'kl-by-level',
      title: 'Mean KL by level',
      caption: `Point = mean over positions, line = 95 % interval over cases, logarithmic axis. Shaded columns are the named bands${points.some(({ bound }) => bound !== null) ? '; a tick across the row is the policy’s bound' : ''}. A KL of exactly 0 stands at the left edge.`,
      points,
      bands: KL_BANDS.filter(({ maxNats }) => maxNats > 0 && Number.isFinite(maxNats)).map(({ name, maxNats }) => ({
        name,
        max: maxNats,
      })),
      xTitle: 'mean KL, nats',
    },
  ];
}

/** Modes of arithmetic in the order of the plan: mean, 99th percentile and largest KL. */
function ladderFigure(rows: readonly DriftRow[]): Figure[] {
  const modes = rows.filter((row) => row.axis === 'precision' && klOf(row) !== null);
  if (modes.length < 2) return [];
  return [
    {
      kind: 'lines',
      id: 'precision-ladder',
      title: 'Precision ladder',
      caption:
        'Drift of each arithmetic from the reference arithmetic. A wide gap between mean and largest = few positions carry the drift.',
      x: modes.map(({ level }) => level),
      series: [
        {
          name: 'largest',
          role: 'plain',
          values: modes.map(({ klNatsMax }) => (klNatsMax.kind === 'measured' ? klNatsMax.value : null)),
        },
        { name: '99th percentile', role: 'plain', values: modes.map((row) => row.klNatsQuantiles?.p99 ?? null) },
        { name: 'mean', role: 'plain', values: modes.map(klOf) },
      ],
      xTitle: 'arithmetic',
      yTitle: 'KL, nats',
    },
  ];
}

/** One figure per context: prompt positions and forced output tokens are different axes. */
function positionFigures(rows: readonly DriftRow[]): Figure[] {
  return (['prompt-positions', 'forced-output'] as const).flatMap((context): Figure[] => {
    const usable = rows.filter(
      (row) => row.context === context && row.klNatsByPosition.length > 1 && row.klNatsByPosition.some((kl) => kl > 0),
    );
    if (usable.length === 0) return [];
    const shown = usable.toSorted((a, b) => compareNumbers(klOf(b) ?? 0, klOf(a) ?? 0)).slice(0, LINES_MAX);
    const points = shown.reduce((most, { klNatsByPosition }) => Math.max(most, klNatsByPosition.length), 0);
    const left = usable.length - shown.length;
    return [
      {
        kind: 'lines',
        id: `kl-by-position-${context}`,
        title: context === 'prompt-positions' ? 'KL along the prompt' : 'KL along the forced output',
        caption: `Mean KL by relative position, first to last. A rise towards the end = the change accumulates.${left > 0 ? ` The ${LINES_MAX} largest of ${usable.length} levels.` : ''}`,
        x: Array.from({ length: points }, (_, point) => `${Math.round((100 * (point + 0.5)) / points)} %`),
        series: shown.map((row) => ({
          name: `${row.axis} · ${row.level}`,
          role: 'plain',
          values: stretched(row.klNatsByPosition, points),
        })),
        xTitle: context === 'prompt-positions' ? 'relative position in the prompt' : 'relative position in the output',
        yTitle: 'mean KL, nats',
      },
    ];
  });
}

/** The same curve on more points. */
function stretched(values: readonly number[], points: number): (number | null)[] {
  return Array.from({ length: points }, (_, point) => {
    const value = values[Math.floor((point * values.length) / points)];
    return value === undefined || value === 0 ? null : value;
  });
}
