/**
 * A history in the terminal and in Markdown: a sparkline for each number, and the runs.
 * @module
 */
import { plainMarkdown } from '../model-card/index.ts';
import type { History, HistorySeries } from './history.ts';
import {
  boundText,
  commitText,
  estimateText,
  intervalText,
  lastMeasured,
  linkText,
  outcomeStatus,
  placeText,
  timeText,
} from './words.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NOT_MEASURED = '·';
/** Between runs that no line joins. */
const CUT = '┊';
const PLACE_WIDTH_MAX = 44;

/** A bar for each run, low to high; all at the bottom where nothing moved. */
function sparkline({ points }: HistorySeries, runs: number): string {
  const values = points.flatMap(({ estimate }) => (estimate.kind === 'measured' ? [estimate.value] : []));
  const least = values.reduce((smallest, value) => Math.min(smallest, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
  const byRun = new Map(points.map((point) => [point.run, point]));
  let drawn = false;
  let text = '';
  for (let run = 0; run < runs; run++) {
    const point = byRun.get(run);
    if (point?.estimate.kind !== 'measured') {
      text += NOT_MEASURED;
      continue;
    }
    const share = most === least ? 0 : (point.estimate.value - least) / (most - least);
    text += `${drawn && point.joined === null ? CUT : ''}${BARS[Math.round(share * (BARS.length - 1))]}`;
    drawn = true;
  }
  return text;
}

interface Line {
  readonly place: string;
  readonly metric: string;
  readonly spark: string;
  readonly last: string;
  readonly interval: string;
  readonly bound: string;
}

function lineOf(series: HistorySeries, runs: number): Line {
  const last = lastMeasured(series);
  const { unit } = series;
  return {
    place: placeText(series),
    metric: series.metric,
    spark: sparkline(series, runs),
    last: last === null ? 'not measured' : estimateText(last.estimate, unit),
    interval: last === null ? '' : intervalText(last.estimate, unit),
    bound: last === null ? '' : boundText(last.bound, unit),
  };
}

export function renderHistoryTerminal(history: History): string {
  const { runs, series } = history;
  const lines = series.map((one) => lineOf(one, runs.length));
  const runLines = runs.map((run) => {
    const { glyph, word } = outcomeStatus(run);
    return [timeText(run), run.id, commitText(run), `${glyph} ${word}`, linkText(run)];
  });
  return [
    ...tableLines(['begun', 'run', 'commit', 'verdict', 'compared with the run before'], runLines),
    '',
    ...tableLines(
      [
        'axis · level',
        'metric',
        `oldest ${'–'.repeat(Math.max(1, runs.length - 12))} newest`,
        'last',
        'interval',
        'bound',
      ],
      lines.map(({ place, metric, spark, last, interval, bound }) => [
        shortened(place),
        metric,
        spark,
        last,
        interval,
        bound,
      ]),
    ),
    '',
    `${series.filter(({ moved }) => moved).length} of ${series.length} numbers moved. ${CUT} = not comparable, ${NOT_MEASURED} = not measured.`,
    '',
  ].join('\n');
}

export function renderHistoryMarkdown(history: History): string {
  const { runs, series } = history;
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '## evenkeel: history',
    '',
    row(['axis · level', 'metric', 'runs', 'last', 'interval', 'bound']),
    row(Array.from({ length: 6 }, () => '---')),
    ...series
      .map((one) => lineOf(one, runs.length))
      .map(({ place, metric, spark, last, interval, bound }) =>
        row([plainMarkdown(place), plainMarkdown(metric), spark, last, interval, bound].map((cell) => cell.trim())),
      ),
    '',
    row(['begun (UTC)', 'run', 'commit', 'target', 'verdict', 'compared with the run before']),
    row(Array.from({ length: 6 }, () => '---')),
    ...runs.map((run) => {
      const { glyph, word } = outcomeStatus(run);
      return row([
        timeText(run),
        plainMarkdown(run.id),
        plainMarkdown(commitText(run)),
        plainMarkdown(run.target ?? '–'),
        `${glyph} ${word}`,
        plainMarkdown(linkText(run)),
      ]);
    }),
    '',
  ].join('\n');
}

function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) =>
    rows.reduce((widest, cells) => Math.max(widest, cells[column].length), title.length),
  );
  return [header, ...rows].map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

const shortened = (text: string): string =>
  text.length <= PLACE_WIDTH_MAX ? text : `${text.slice(0, PLACE_WIDTH_MAX - 1)}…`;
