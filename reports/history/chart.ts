/**
 * One series of a history as an SVG: line, interval, and what the policy allowed. No script: the figure is there before anything runs.
 *
 * Runs stand at equal distances in the order of time. A solid line joins runs of one plan and target, a dashed one runs between which
 * the target changed; where a line ends, the units are others. A hollow point is of a partial run.
 * @module
 */
import type { HistoryPoint, HistorySeries, RunEntry } from './history.ts';
import { boundText, commitText, estimateText, intervalText, timeText, valueText } from './words.ts';
import { element, type Markup } from '../markup.ts';

const WIDTH = 440;
const HEIGHT = 176;
const PLOT = { left: 62, right: 14, top: 12, bottom: 26 } as const;
const TICKS = 3;
/** Room above the largest value, as a share of the range. */
const HEADROOM = 0.12;

interface Scale {
  readonly x: (run: number) => number;
  readonly y: (value: number) => number;
  readonly least: number;
  readonly most: number;
}

export function seriesChart(series: HistorySeries, runs: readonly RunEntry[]): Markup {
  const scale = scaleOf(series, runs.length);
  const { points } = series;
  return element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': summaryOf(series, runs), class: 'trend' },
    ...boundMarks(points, scale),
    ...axisMarks(series, runs, scale),
    ...lines(points, scale),
    ...points.flatMap((point) => pointMarks(point, series, runs[point.run], scale)),
  );
}

function scaleOf({ points, unit }: HistorySeries, runs: number): Scale {
  const values = points.flatMap(({ estimate, bound }) => [
    ...(estimate.kind === 'measured'
      ? [estimate.value, estimate.low ?? estimate.value, estimate.high ?? estimate.value]
      : []),
    ...(bound === null ? [] : [bound.value]),
  ]);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const smallest = values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
  // far from zero the differences are what is looked at; near it zero itself is
  const fromZero = smallest >= 0 && smallest < largest / 2;
  const range = (fromZero ? largest : largest - smallest) || (unit === 'share' ? 0.05 : 1);
  const least = fromZero || largest === smallest ? Math.min(0, smallest) : smallest - range * HEADROOM;
  const top = Math.max(largest, least + range) + range * HEADROOM;
  const most = unit === 'share' && smallest <= 1 ? Math.min(Math.max(1, largest), top) : top;
  const inner = WIDTH - PLOT.left - PLOT.right;
  const step = runs <= 1 ? 0 : (inner - 16) / (runs - 1);
  return {
    least,
    most,
    x: (run) => PLOT.left + (runs <= 1 ? inner / 2 : 8 + step * run),
    y: (value) => PLOT.top + ((most - value) / (most - least)) * (HEIGHT - PLOT.top - PLOT.bottom),
  };
}

function axisMarks({ unit }: HistorySeries, runs: readonly RunEntry[], { x, y, least, most }: Scale): Markup[] {
  const right = WIDTH - PLOT.right;
  const ticks = Array.from({ length: TICKS }, (_, at) => least + ((most - least) * at) / (TICKS - 1));
  const usable = runs.flatMap(({ why }, run) => (why === null ? [run] : []));
  const shown = [...new Set([usable[0], usable[usable.length - 1]])];
  return [
    ...ticks.flatMap((value) => [
      element('line', { class: 'grid-line', x1: PLOT.left, x2: right, y1: at(y(value)), y2: at(y(value)) }),
      element(
        'text',
        { class: 'tick', x: PLOT.left - 6, y: at(y(value) + 4), 'text-anchor': 'end' },
        valueText(value, unit),
      ),
    ]),
    ...shown.map((run, place) =>
      element(
        'text',
        {
          class: 'tick',
          x: at(x(run)),
          y: HEIGHT - 8,
          'text-anchor': shown.length === 1 ? 'middle' : place === 0 ? 'start' : 'end',
        },
        runs[run].commit === null ? timeText(runs[run]).slice(0, 10) : commitText(runs[run]),
      ),
    ),
  ];
}

/** The side that the policy does not allow is shaded, a step for each run. */
function boundMarks(points: readonly HistoryPoint[], { x, y, least, most }: Scale): Markup[] {
  const bounded = points.flatMap(({ run, bound }) => (bound === null ? [] : [{ run, bound }]));
  return bounded.flatMap(({ run, bound }, index) => {
    const previous = bounded[index - 1];
    const next = bounded[index + 1];
    const from = previous === undefined ? PLOT.left : (x(previous.run) + x(run)) / 2;
    const to = next === undefined ? WIDTH - PLOT.right : (x(run) + x(next.run)) / 2;
    const edge = y(Math.min(most, Math.max(least, bound.value)));
    const [top, bottom] = bound.kind === 'max' ? [y(most), edge] : [edge, y(least)];
    return [
      element('rect', {
        class: 'beyond',
        x: at(from),
        y: at(top),
        width: at(to - from),
        height: at(Math.max(0, bottom - top)),
      }),
      element('line', { class: 'bound', x1: at(from), x2: at(to), y1: at(edge), y2: at(edge) }),
    ];
  });
}

function lines(points: readonly HistoryPoint[], { x, y }: Scale): Markup[] {
  const byRun = new Map(points.map((point) => [point.run, point]));
  return points.flatMap(({ run, estimate, joined }) => {
    const before = joined === null ? undefined : byRun.get(joined.from)?.estimate;
    if (joined === null || before?.kind !== 'measured' || estimate.kind !== 'measured') return [];
    return [
      element('line', {
        class: joined.kind === 'same' ? 'join' : 'join changed',
        x1: at(x(joined.from)),
        y1: at(y(before.value)),
        x2: at(x(run)),
        y2: at(y(estimate.value)),
      }),
    ];
  });
}

function pointMarks(
  { run, estimate, bound }: HistoryPoint,
  { unit, title }: HistorySeries,
  entry: RunEntry,
  { x, y }: Scale,
): Markup[] {
  const place = [`run ${entry.id}`, timeText(entry), commitText(entry)].filter((part) => part !== '–').join(', ');
  const words = [
    `${title}: ${estimateText(estimate, unit)}`,
    ...[intervalText(estimate, unit), bound === null ? '' : `allowed ${boundText(bound, unit)}`].filter(
      (part) => part !== '',
    ),
    place,
  ].join('\n');
  if (estimate.kind !== 'measured')
    return [
      element(
        'text',
        { class: 'tick gap', x: at(x(run)), y: HEIGHT - PLOT.bottom - 4, 'text-anchor': 'middle' },
        element('title', {}, `${words}\n${estimate.why}`),
        '×',
      ),
    ];
  const { value, low, high } = estimate;
  const interval =
    high === null && low === null
      ? []
      : [
          element('line', {
            class: 'interval',
            x1: at(x(run)),
            x2: at(x(run)),
            y1: at(y(low ?? value)),
            y2: at(y(high ?? value)),
          }),
        ];
  const dot = { class: entry.partial === null ? 'dot' : 'dot partial', cx: at(x(run)), cy: at(y(value)), r: 3.4 };
  return [...interval, element('circle', dot, element('title', {}, words))];
}

function summaryOf(series: HistorySeries, runs: readonly RunEntry[]): string {
  const measured = series.points.filter(({ estimate }) => estimate.kind === 'measured');
  const [first, last] = [measured.at(0), measured.at(-1)];
  if (first === undefined || last === undefined) return `${series.title}: not measured in any run`;
  const said = (point: HistoryPoint): string =>
    `${estimateText(point.estimate, series.unit)} in run ${runs[point.run].id}`;
  return `${series.title}: ${said(first)}${first === last ? '' : `, ${said(last)}`}`;
}

/** Coordinates with two decimals: equal histories are equal bytes. */
const at = (value: number): string => String(Math.round(value * 100) / 100);
