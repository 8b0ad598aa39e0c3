/**
 * The profile: a row for each curve along the context, the cells behind it on demand, and a figure for each quantity. Never judged.
 * @module
 */
import type { Estimate, ProfileCurve, ProfileFindings, ProfileRow, TimeEstimate } from '../../harness/schema/index.ts';
import { count, counted, estimateInterval, estimateValue, small } from '../number-format.ts';
import type { Cell, Column, Figure, Section, Series, TableRow } from '../view.ts';
import { cell, column, type Context } from './context.ts';
import { statusOf } from './statuses.ts';

type Profiled = Extract<ProfileFindings, { kind: 'profiled' }>;

/** More lines than this cannot be told apart. */
const LINES_MAX = 6;
const BARS = '▁▂▃▄▅▆▇█';

const COLUMNS: readonly Column[] = [
  column(
    'curve',
    'Precision, batch, tier',
    'start',
    'curve',
    'Arithmetic, requests sent together, and where the context was.',
  ),
  column('context', 'Context', 'end', 'context', 'Length of the prompt, as the target counted it where it does.'),
  column(
    'first',
    'First token, ms',
    'end',
    'first token, ms',
    'Median over rounds until the last request of the batch has its first token; 95 % interval below.',
  ),
  column(
    'token',
    'Each further token, ms',
    'end',
    'per token, ms',
    'Median over rounds between two tokens of a request; 95 % interval below.',
  ),
  column(
    'held',
    'Cache bytes per token',
    'end',
    'bytes/token',
    'Pages and states that the requests hold, for each token of the prompt.',
  ),
  column(
    'read',
    'Entry bytes read per token',
    'end',
    null,
    'Compressed entries that attention read, for each produced token.',
  ),
  column(
    'moved',
    'Tier bytes moved per token',
    'end',
    null,
    'Pages and states that came back from a lower tier, for each token of the prompt.',
  ),
];

/** Nothing when no profile was asked for. */
export function profileSections({ findings }: Context): Section[] {
  const { profile } = findings;
  if (profile === undefined) return [];
  const profiled = profile.kind === 'profiled' ? profile : null;
  return [
    {
      report: 'profile',
      title: 'Profile (latency and bytes per token)',
      status: statusOf(profiled === null ? 'not-run' : 'measured'),
      headline: headlineOf(profile),
      what: 'Shows how long tokens take and how many bytes the cache needs along the context, on this machine at that hour. Not repeatable, never judged, and no part of a comparison.',
      tiles: [],
      facts: [],
      table: {
        id: 'profile-rows',
        caption: 'Latency and bytes per token by precision, batch, cache tier and context length',
        columns: COLUMNS,
        groups:
          profiled === null
            ? []
            : [
                {
                  title: 'Along the context',
                  note: 'Shortest to longest.',
                  collapsed: false,
                  rows: profiled.curves.map((curve) => curveRow(curve, profiled)),
                },
                {
                  title: `${counted(profiled.rows.length, 'cell')}, one by one`,
                  note: 'No sample is left out.',
                  collapsed: true,
                  rows: profiled.rows.map(cellRow),
                },
              ],
      },
      figures: profiled === null ? [] : figuresOf(profiled),
      evidence: (profiled?.rows ?? []).map(({ id, evidence }) => ({
        rowId: rowId(id),
        place: id,
        counters: Object.entries(evidence)
          .filter(([, value]) => value !== 0)
          .map(([name, value]) => `${name} ${value}`)
          .join(' · '),
      })),
    },
  ];
}

const rowId = (id: string): string => `profile--${id}`;

function headlineOf(profile: ProfileFindings): string {
  if (profile.kind === 'unsupported') return `Not supported by this target: ${profile.why}.`;
  if (profile.kind === 'not-measured') return `Not measured: ${profile.why}.`;
  const { rows, rounds, warmups, clockResolutionMs } = profile;
  const open = rows.filter(({ problem }) => problem !== null).length;
  const interval = rows.every(({ firstTokenMs: { median } }) => median.kind !== 'measured' || median.low === null)
    ? ' Too few rounds for a 95 % interval.'
    : '';
  return (
    `${counted(rows.length, 'cell')}, ${counted(rounds, 'round')} in balanced order after ${counted(warmups, 'warm-up round')}; ` +
    `the clock steps by ${small(clockResolutionMs)} ms.${interval}${open === 0 ? '' : ` ${counted(open, 'cell')} not as asked for.`}`
  );
}

function curveRow(curve: ProfileCurve, profiled: Profiled): TableRow {
  const rows = profiled.rows.filter(({ id }) => curve.cellIds.includes(id));
  const lengths = rows.map(lengthOf);
  const open = rows.filter(({ problem }) => problem !== null);
  return {
    id: rowId([curve.precision, `b${curve.batch}`, curve.tier].join('-')),
    status: statusOf(rows.some(({ firstTokenMs }) => firstTokenMs.median.kind === 'measured') ? 'measured' : 'not-run'),
    cells: [
      cell(nameOf(curve)),
      cell(range(lengths, count), profiled.lengthUnit),
      trendCell(
        rows.map(({ firstTokenMs }) => firstTokenMs.median),
        curve.firstTokenSlopeMs,
      ),
      trendCell(
        rows.map(({ tokenMs }) => tokenMs.median),
        curve.tokenSlopeMs,
      ),
      trendCell(
        rows.map(({ heldBytesPerToken }) => heldBytesPerToken),
        null,
      ),
      trendCell(
        rows.map(({ readBytesPerToken }) => readBytesPerToken),
        null,
      ),
      trendCell(
        rows.map(({ movedBytesPerToken }) => movedBytesPerToken),
        null,
      ),
    ],
    notes: open.map(({ id, problem }) => `${id}: ${problem}`),
  };
}

const nameOf = ({ precision, batch, tier }: Pick<ProfileRow, 'precision' | 'batch' | 'tier'>): string =>
  `${precision}, ${batch}, ${tier}`;

const lengthOf = ({ promptTokens, contextLength }: ProfileRow): number => promptTokens ?? contextLength;

function range(values: readonly number[], format: (value: number) => string): string {
  const [first, last] = [format(values[0]), format(values[values.length - 1])];
  return first === last ? first : `${first} → ${last}`;
}

/** Bars and the two ends; below it the slope. */
function trendCell(estimates: readonly Estimate[], slope: Estimate | null): Cell {
  const values = estimates.flatMap((estimate) => (estimate.kind === 'measured' ? [estimate.value] : []));
  const [first] = estimates;
  if (values.length === 0) return cell(estimateValue(first, small), first.kind === 'measured' ? '' : first.why);
  const sub =
    slope?.kind === 'measured'
      ? [`${small(slope.value)} ms a token of context`, estimateInterval(slope, small)]
          .filter((part) => part !== '')
          .join(', ')
      : '';
  const bars = values.length > 1 ? `${sparkline(values)} ` : '';
  return cell(`${bars}${range(values, small)}`, sub);
}

/** From zero to the largest: a line that is twice as high is twice as much. */
function sparkline(values: readonly number[]): string {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  const step = (value: number): number =>
    most <= 0 ? 0 : Math.min(BARS.length - 1, Math.floor((Math.max(0, value) / most) * BARS.length));
  return values.map((value) => BARS[step(value)]).join('');
}

function cellRow(row: ProfileRow): TableRow {
  const measured = row.firstTokenMs.median.kind === 'measured';
  return {
    id: rowId(row.id),
    status: statusOf(!measured ? 'not-run' : row.problem === null ? 'measured' : 'inconclusive'),
    cells: [
      cell(nameOf(row)),
      cell(count(lengthOf(row)), row.promptTokens === null ? 'as asked for' : ''),
      timeCell(row.firstTokenMs),
      timeCell(row.tokenMs, row.tokensBy === 'pieces' ? 'by pieces' : ''),
      bytesCell(row.heldBytesPerToken),
      bytesCell(row.readBytesPerToken),
      bytesCell(row.movedBytesPerToken),
    ],
    notes: row.problem === null ? [] : [row.problem],
  };
}

function timeCell({ median, least, most }: TimeEstimate, extra = ''): Cell {
  const extremes = least === null || most === null ? '' : `all ${small(least)} to ${small(most)}`;
  const interval = median.kind === 'measured' ? estimateInterval(median, small) : median.why;
  return cell(estimateValue(median, small), [interval, extremes, extra].filter((part) => part !== '').join('; '));
}

/** Rounds count the same bytes; an interval is shown only where they did not. */
function bytesCell(bytes: Estimate): Cell {
  if (bytes.kind !== 'measured') return cell(estimateValue(bytes, small), bytes.why);
  return cell(small(bytes.value), bytes.low === bytes.high ? '' : estimateInterval(bytes, small));
}

function figuresOf(profiled: Profiled): Figure[] {
  return [
    figure(profiled, 'profile-first-token', 'Time to the first token', 'ms', ({ firstTokenMs }) => firstTokenMs.median),
    figure(profiled, 'profile-token', 'Time for each further token', 'ms', ({ tokenMs }) => tokenMs.median),
    figure(profiled, 'profile-bytes', 'Cache bytes per token of context', 'bytes', (row) => row.heldBytesPerToken),
  ].flat();
}

function figure(
  { curves, rows, lengthUnit }: Profiled,
  id: string,
  title: string,
  unit: string,
  pick: (row: ProfileRow) => Estimate,
): Figure[] {
  const lengths = [...new Set(rows.map(({ contextLength }) => contextLength))];
  const all = curves.flatMap((curve): Series[] => {
    const own = rows.filter((row) => curve.cellIds.includes(row.id));
    const at = lengths.map((length) => own.find(({ contextLength }) => contextLength === length));
    const numbers = (part: 'value' | 'low' | 'high'): (number | null)[] =>
      at.map((row) => {
        const estimate = row === undefined ? null : pick(row);
        return estimate?.kind === 'measured' ? estimate[part] : null;
      });
    const values = numbers('value');
    return values.every((value) => value === null)
      ? []
      : [{ name: nameOf(curve), role: 'plain', values, low: numbers('low'), high: numbers('high') }];
  });
  if (all.length === 0 || lengths.length < 2) return [];
  const left = all.length - LINES_MAX;
  return [
    {
      kind: 'lines',
      id,
      title,
      caption: `Median over rounds along the context, with its 95 % interval where there is one; logarithmic axis.${left > 0 ? ` The first ${LINES_MAX} of ${all.length} curves.` : ''}`,
      x: lengths.map(count),
      series: all.slice(0, LINES_MAX),
      xTitle: `context, ${lengthUnit}`,
      yTitle: unit,
    },
  ];
}
