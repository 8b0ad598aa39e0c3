/**
 * A history as one offline page: the runs, then a figure for each number that a reader looks at first. Nothing on it runs.
 * @module
 */
import { staticPage, staticTable } from '../html/index.ts';
import { element, type Markup } from '../markup.ts';
import { seriesChart } from './chart.ts';
import type { History, HistorySeries, RunEntry } from './history.ts';
import { HISTORY_STYLE } from './style.ts';
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

const REPORTS: readonly (readonly [HistorySeries['report'], string])[] = [
  ['determinism', 'Determinism'],
  ['agreement', 'Agreement of repeats'],
  ['drift', 'Drift'],
  ['leakage', 'Leakage (cross-request)'],
  ['profile', 'Profile'],
];

export function renderHistoryHtml(history: History): string {
  return staticPage({ title: 'History – evenkeel', style: HISTORY_STYLE, body: historyBody(history) }).html;
}

/** What stands in the page, for one that has more around it. */
export function historyBody(history: History): Markup[] {
  const { runs, series } = history;
  const moved = series.filter((one) => one.moved).length;
  return [
    element(
      'main',
      {},
      element('h1', { class: 'page-title' }, 'History'),
      element('p', { class: 'headline' }, headline(history, moved)),
      element('p', { class: 'what' }, LEGEND),
      ...REPORTS.flatMap(([report, title]) =>
        reportSection(
          title,
          series.filter((one) => one.report === report),
          runs,
        ),
      ),
      runSection(runs),
    ),
    element('footer', {}, 'Numbers are those of the findings of each run; nothing was measured again.'),
  ];
}

const LEGEND =
  'Runs stand in the order of their time, at equal distances. A solid line joins runs with the same units and the same target; a dashed one ' +
  'crosses a change of the target; where there is no line, the units are others and the values cannot be compared. Vertical strokes are ' +
  'intervals, a hollow point is of a partial run, × was not measured, the shaded side is what the policy of that run does not allow.';

function headline({ runs, series }: History, moved: number): string {
  const usable = runs.filter(({ why }) => why === null).length;
  const left = runs.length - usable;
  const parts = [
    `${usable} ${usable === 1 ? 'run' : 'runs'}`,
    ...(left === 0 ? [] : [`${left} more without data (reasons below)`]),
    series.length === 0 ? 'no numbers' : `${moved} of ${series.length} numbers moved`,
  ];
  return `${parts.join('; ')}.`;
}

function reportSection(title: string, series: readonly HistorySeries[], runs: readonly RunEntry[]): Markup[] {
  if (series.length === 0) return [];
  return [
    element(
      'section',
      {},
      element('h2', {}, title),
      element('div', { class: 'trends' }, ...series.map((one) => seriesFigure(one, runs))),
    ),
  ];
}

function seriesFigure(series: HistorySeries, runs: readonly RunEntry[]): Markup {
  const last = lastMeasured(series);
  const { unit } = series;
  const words =
    last === null
      ? ['not measured in any run']
      : [intervalText(last.estimate, unit), boundText(last.bound, unit)].filter((text) => text !== '');
  return element(
    'figure',
    { class: series.moved ? 'moved' : 'steady' },
    element('h4', {}, element('code', {}, placeText(series)), element('span', { class: 'metric' }, series.title)),
    element(
      'p',
      { class: 'now' },
      element('b', {}, last === null ? '–' : estimateText(last.estimate, unit)),
      element('span', {}, words.join(' · ')),
      ...(series.moved ? [element('span', { class: 'chip is-measured' }, 'moved')] : []),
    ),
    seriesChart(series, runs),
  );
}

function runSection(runs: readonly RunEntry[]): Markup {
  const cells = (run: RunEntry): Markup[] => {
    const { outcome, glyph, word } = outcomeStatus(run);
    return [
      element('td', { class: 'nowrap' }, timeText(run)),
      element('td', { class: 'nowrap' }, element('code', {}, run.id)),
      element('td', { class: 'nowrap' }, element('code', {}, commitText(run))),
      element('td', { class: 'nowrap' }, run.target ?? '–'),
      element('td', {}, element('span', { class: `chip is-${outcome}` }, `${glyph} ${word}`)),
      element('td', { class: 'why' }, linkText(run)),
    ];
  };
  return element(
    'section',
    {},
    element('h2', {}, 'Runs'),
    staticTable({
      columns: ['Begun, UTC', 'Run', 'Commit', 'Target', 'Verdict', 'Compared with the run before'],
      rows: runs.toReversed().map(cells),
      caption: 'Newest first. A star at a commit: files differed from it.',
    }),
  );
}
