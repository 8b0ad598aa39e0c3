/**
 * The pages of the viewer that are not a report: list, comparison, history, errors. None of them has a script.
 * @module
 */
import { STATUS_CODES } from 'node:http';
import {
  element,
  estimateInterval,
  estimateValue,
  historyBody,
  HISTORY_STYLE,
  small,
  staticPage,
  staticTable,
  statusOf,
  visibleLine,
  type Markup,
} from '../../../reports/index.ts';
import type { Check, Estimate } from '../../schema/index.ts';
import type { History } from '../history.ts';
import type { Compared, ListedRun } from './source.ts';

export interface Page {
  readonly status: number;
  readonly html: string;
  readonly policy: string;
}

const STYLE = `
.page-title{font-size:34px;margin-top:18px}
.compare-bar{display:flex;gap:12px;align-items:center;margin:12px 0;font-size:14px}
td.pick{text-align:center;width:1%}td.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.nowrap{white-space:nowrap}
td.wide{min-width:32ch;overflow-wrap:anywhere}.sides{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:12px 0}
.sides dt{color:var(--ink-soft)}.sides dd{margin:0}
.clamp{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;font-size:13px;color:var(--ink-soft)}
th.num{text-align:right}
`;
const COMMIT_DIGITS = 10;
const NUMERIC = new Set(['Size', 'Base value', 'Head value', 'Head − base', 'p']);

/** @param runs - newest first */
export function listPage(runs: readonly ListedRun[]): Page {
  const body =
    runs.length === 0
      ? [element('p', { class: 'headline' }, 'There is no run in this folder yet.')]
      : [
          element(
            'form',
            { action: '/compare', method: 'get' },
            table(
              ['', '', 'Begun, UTC', 'Run', 'Verdict', 'Target', 'Commit', 'Size', ''],
              runs.map((run, at) => listRow(run, at, runs.length)),
              'Newest first. Base and head: the two runs to compare.',
            ),
            element('div', { class: 'compare-bar' }, element('button', { type: 'submit' }, 'Compare base and head')),
          ),
        ];
  return page('Runs', [element('h1', { class: 'page-title' }, 'Runs'), ...body]);
}

function listRow({ id, manifest, verdict, problem, size }: ListedRun, at: number, runs: number): Markup[] {
  const shard = manifest?.shard ?? null;
  const isWhole = manifest !== null && shard === null;
  const status = statusOf(verdict?.outcome ?? 'not-run');
  const word = verdict === null ? (problem === null ? 'NOT JUDGED' : 'CANNOT BE READ') : status.word;
  const name = visibleLine(id);
  const part = shard === null ? '' : `shard ${shard.index} of ${shard.of}: a part is never judged; see evenkeel merge`;
  const why = visibleLine(problem ?? (part === '' ? (verdict?.reason ?? '') : part));
  const git = manifest?.configGit ?? null;
  // the two newest are what is compared most often
  const pick = (side: 'base' | 'head', chosen: boolean): Markup =>
    element(
      'td',
      { class: 'pick' },
      ...(isWhole
        ? [
            element(
              'label',
              {},
              element('input', { type: 'radio', name: side, value: id, ...(chosen ? { checked: '' } : {}) }),
              element('span', { class: 'sr-only' }, `${side}: ${name}`),
              element('span', { class: 'sub' }, side),
            ),
          ]
        : []),
    );
  return [
    pick('base', at === Math.min(1, runs - 1)),
    pick('head', at === 0),
    element(
      'td',
      { class: 'nowrap' },
      manifest === null ? '–' : visibleLine(manifest.createdAt.slice(0, 16).replace('T', ' ')),
    ),
    element(
      'td',
      { class: 'nowrap' },
      isWhole ? element('a', { href: `/runs/${encodeURIComponent(id)}/report.html` }, name) : name,
    ),
    element('td', {}, element('span', { class: `chip is-${status.outcome}` }, `${status.glyph} ${word}`)),
    element('td', {}, manifest === null ? '–' : visibleLine(manifest.target.id)),
    element(
      'td',
      { class: 'nowrap' },
      element(
        'code',
        {},
        git === null ? '–' : visibleLine(`${git.commit.slice(0, COMMIT_DIGITS)}${git.dirty ? '*' : ''}`),
      ),
    ),
    element('td', { class: 'num' }, `${size.isAll ? '' : 'over '}${bytesText(size.bytes)}`),
    element('td', { class: 'wide' }, element('span', { class: 'clamp', title: why }, why)),
  ];
}

export function comparePage({ base, head, comparison, verdict }: Compared): Page {
  const { units, targetChanges, notComparable, effects } = comparison;
  const checks = verdict.checks.filter(({ report }) => report === 'baseline');
  const open = checks.filter(({ outcome }) => outcome !== 'pass');
  const status = statusOf(verdict.baseline === 'not-run' ? 'not-run' : verdict.baseline);
  return page(`${head} against ${base}`, [
    element('h1', { class: 'page-title' }, 'Comparison'),
    element(
      'dl',
      { class: 'sides' },
      element('dt', {}, 'base'),
      element('dd', {}, runLink(base)),
      element('dt', {}, 'head'),
      element('dd', {}, runLink(head)),
    ),
    element(
      'p',
      { class: 'headline' },
      element('span', { class: `chip is-${status.outcome}` }, `${status.glyph} ${status.word}`),
      ` ${checks.length - open.length} of ${checks.length} checks against the base passed; ${units.both} units compared, paired by request and by case.`,
    ),
    ...notComparable.map((text) => element('p', { class: 'what' }, `Not compared: ${visibleLine(text)}`)),
    section(
      'What of the target has changed',
      targetChanges.length === 0
        ? [element('p', {}, 'Nothing: the target is the same.')]
        : [
            table(
              ['Entry', 'Base', 'Head'],
              targetChanges.map(({ name, base: before, head: after }) => [
                cell(name),
                cell(before ?? 'absent'),
                cell(after ?? 'absent'),
              ]),
            ),
          ],
    ),
    section(
      'Checks that did not pass',
      open.length === 0
        ? [element('p', {}, 'All of them passed.')]
        : [table(['Outcome', 'Axis', 'Level', 'What', 'Observed', 'Why'], open.map(checkRow))],
    ),
    section(
      'Effects',
      effects.length === 0
        ? [element('p', {}, 'No effect is on both sides.')]
        : [
            table(
              ['Axis', 'Level', 'Metric', 'Base value', 'Head value', 'Head − base', 'p'],
              effects.map((effect) => [
                cell(effect.axis),
                cell(effect.level),
                cell(effect.metric),
                numbers(effect.base),
                numbers(effect.head),
                numbers(effect.difference),
                element('td', { class: 'num' }, effect.pValue === null ? '–' : small(effect.pValue)),
              ]),
              'Paired by case; 95 % intervals.',
            ),
          ],
    ),
  ]);
}

function checkRow({ axis, level, metric, observed, outcome, reason }: Check): Markup[] {
  const status = statusOf(outcome);
  return [
    element('td', {}, element('span', { class: `chip is-${status.outcome}` }, `${status.glyph} ${status.word}`)),
    cell(axis),
    cell(level),
    cell(metric),
    cell(observed),
    element('td', { class: 'wide' }, visibleLine(reason)),
  ];
}

export function historyPage(history: History): Page {
  const { html, policy } = staticPage({
    title: 'History – evenkeel',
    style: `${STYLE}${HISTORY_STYLE}`,
    body: [navigation(), ...historyBody(history)],
  });
  return { status: 200, html, policy };
}

/** @param message - one sentence */
export function errorPage(status: number, message: string): Page {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return {
    ...page(title, [
      element('h1', { class: 'page-title' }, title),
      element('p', { class: 'headline' }, visibleLine(message)),
    ]),
    status,
  };
}

function page(title: string, body: readonly Markup[]): Page {
  const main = element('main', {}, ...body);
  const rendered = staticPage({
    title: `${visibleLine(title)} – evenkeel`,
    style: STYLE,
    body: [navigation(), main],
    forms: 'own-server',
  });
  return { status: 200, ...rendered };
}

function navigation(): Markup {
  return element(
    'nav',
    { 'aria-label': 'Pages' },
    element('a', { href: '/' }, 'Runs'),
    element('a', { href: '/history' }, 'History'),
  );
}

function table(columns: readonly string[], rows: readonly (readonly Markup[])[], caption?: string): Markup {
  const numbers = columns.flatMap((title, at) => (NUMERIC.has(title) ? [at] : []));
  return staticTable({ columns, rows, numbers, ...(caption === undefined ? {} : { caption }) });
}

const section = (title: string, content: readonly Markup[]): Markup =>
  element('section', {}, element('h2', {}, title), ...content);
const cell = (text: string): Markup => element('td', {}, visibleLine(text));
const runLink = (id: string): Markup =>
  element('a', { href: `/runs/${encodeURIComponent(id)}/report.html` }, visibleLine(id));

function numbers(estimate: Estimate): Markup {
  const interval = estimateInterval(estimate, small);
  return element(
    'td',
    { class: 'num' },
    estimateValue(estimate, small),
    ...(interval === '' ? [] : [element('span', { class: 'sub' }, interval)]),
  );
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 999.5 && unit < units.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit]}`;
}
