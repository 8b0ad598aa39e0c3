/**
 * The timing audit: for each asker how many hits and misses were timed, how far they lie apart, and whether equality is shown.
 * @module
 */
import type { CacheTimingFindings, CacheTimingRow, Check, TimingTimes } from '../../harness/schema/index.ts';
import { count, counted, estimateInterval, estimateValue, small } from '../number-format.ts';
import type { Cell, Column, CurvesFigure, Section, TableRow } from '../view.ts';
import { cell, column, notesOf, type Context } from './context.ts';
import { judgedBy, statusOf } from './statuses.ts';

/** @param byPlace - requests were sent among dummies: their places are compared, not their times */
const columnsOf = (byPlace: boolean): Column[] => [
  column(
    'asker',
    'Who asks',
    'start',
    'asker',
    'Who sends the timed request; the owner has sent its beginning before.',
  ),
  column('n', 'Hits, misses', 'end', 'hits/misses', 'Timed requests that begin as the owner’s did, and that do not.'),
  ...(byPlace
    ? [
        column('hit', 'Hit, place', 'end', 'hit, place', 'Median place in the order of first tokens.'),
        column('miss', 'Miss, place', 'end', 'miss, place', 'Median place in the order of first tokens.'),
      ]
    : [
        column('hit', 'Hit, ms', 'end', 'hit, ms', 'Median time to the first token.'),
        column('miss', 'Miss, ms', 'end', 'miss, ms', 'Median time to the first token.'),
      ]),
  column('d', 'D', 'end', 'D', 'Largest distance by which hits are sooner (one-sided Kolmogorov-Smirnov).'),
  column('p', 'log10 p', 'end', 'log10 p', 'Of no difference; exact.'),
  column(
    'auc',
    'AUC',
    'end',
    'AUC',
    'Chance that a hit is sooner than a miss; 0.5 = no difference; 95 % interval below.',
  ),
  column(
    'tost',
    'Equality, p',
    'end',
    'TOST p',
    'Of a chance outside 0.5 ± margin, by two one-sided tests: small = equally long.',
  ),
  column(
    'told',
    'Told as cached',
    'end',
    null,
    'Hits and misses of which the target itself says that tokens came from its cache.',
  ),
];

/** Nothing when no audit was asked for. */
export function cacheTimingSections(context: Context): Section[] {
  const { cacheTiming } = context.findings;
  if (cacheTiming === undefined) return [];
  const checks = context.verdict.checks.filter(({ axis }) => axis === 'cache-timing');
  const rows = cacheTiming.kind === 'timed' ? cacheTiming.rows : [];
  const dummies = cacheTiming.kind === 'timed' ? (cacheTiming.dummies ?? 0) : 0;
  return [
    {
      report: 'cache-timing',
      title: 'Cache timing (leakage, cross-request)',
      status: rows.length === 0 ? statusOf('not-run') : judgedBy(checks),
      headline: headlineOf(cacheTiming),
      what: 'Shows whether a first token comes sooner because another tenant has sent the same prefix. The owner’s own prefix has to make it sooner: without that nothing is shown. It does not see sharing that saves no time. Times are not repeatable, and no part of a comparison.',
      tiles: [],
      facts: [],
      table: {
        id: 'cache-timing-rows',
        caption:
          dummies === 0
            ? 'Time to the first token of hits and misses, by who asks'
            : `Place of hits and misses among ${count(dummies + 1)} requests sent together, by who asks`,
        columns: columnsOf(dummies > 0),
        groups:
          rows.length === 0
            ? []
            : [
                {
                  title: 'By who asks',
                  note: 'The owner is the control.',
                  collapsed: false,
                  rows: rows.map((row) =>
                    tableRow(
                      row,
                      checks.filter(({ level }) => level === row.level),
                    ),
                  ),
                },
              ],
      },
      figures: rows.flatMap((row) => (dummies === 0 ? timesFigure(row) : placesFigure(row, dummies + 1))),
      evidence: [],
    },
  ];
}

function timesFigure(row: CacheTimingRow): CurvesFigure[] {
  return pairFigure(row, ({ pointsMs }) => pointsMs, {
    scale: 'logarithmic',
    title: 'Time to the first token',
    what: 'Share of requests whose first token came within x.',
    xTitle: 'time to the first token, ms',
  });
}

function placesFigure(row: CacheTimingRow, sent: number): CurvesFigure[] {
  return pairFigure(row, ({ places }) => places?.points ?? [], {
    scale: 'linear',
    title: 'Place in the order of first tokens',
    what: `Share of requests that were among the first x of ${count(sent)}.`,
    xTitle: 'place in the order of first tokens',
  });
}

/** The pair of distributions of an asker: apart = hits can be told from misses. */
function pairFigure(
  { level, label, hits, misses, test }: CacheTimingRow,
  pointsOf: (arm: TimingTimes) => readonly number[],
  { scale, title, what, xTitle }: Pick<CurvesFigure, 'scale' | 'title' | 'xTitle'> & { readonly what: string },
): CurvesFigure[] {
  if (pointsOf(hits).length < 2 || pointsOf(misses).length < 2) return [];
  const curve = (name: string, role: 'owed' | 'different', arm: TimingTimes) => ({
    name: `${name} (n ${count(arm.n)})`,
    role,
    // quantiles at evenly spaced shares, the least and the most included
    points: pointsOf(arm).map((x, at, all) => ({ x, y: at / (all.length - 1) })),
  });
  const apart = test === null ? '' : ` Largest distance D ${small(test.statistic)}, log10 p ${small(test.log10P)}.`;
  return [
    {
      kind: 'curves',
      scale,
      id: `cache-times-${level}`,
      title: `${title}: ${label}`,
      caption: `${what} ${level === 'same-salt' ? 'The owner’s hits have to be sooner: here the curves should lie apart.' : 'Curves that lie apart let this asker see what the owner has sent.'}${apart}`,
      curves: [curve('hits', 'different', hits), curve('misses', 'owed', misses)],
      xTitle,
      yTitle: 'share of requests',
    },
  ];
}

function headlineOf(found: CacheTimingFindings): string {
  if (found.kind === 'unsupported') return `Not supported by this target: ${found.why}.`;
  if (found.kind === 'not-measured') return `Not measured: ${found.why}.`;
  const { promptLength, lengthUnit, prefixShare, dummies } = found;
  const among = dummies === undefined ? '' : ` Each was sent together with ${counted(dummies, 'prompt')} of nobody.`;
  return `Prompts of ${count(promptLength)} ${lengthUnit}, of which a hit shares ${small(prefixShare * 100)} % with what the owner has sent.${among}`;
}

function tableRow(row: CacheTimingRow, checks: readonly Check[]): TableRow {
  const { level, label, hits, misses, test, auc, equivalence, problem } = row;
  return {
    id: `cache-timing--${level}`,
    status: checks.length === 0 ? statusOf('measured') : judgedBy(checks),
    cells: [
      cell(label, level),
      cell(`${count(hits.n)}, ${count(misses.n)}`),
      medianCell(hits),
      medianCell(misses),
      cell(test === null ? '–' : small(test.statistic)),
      cell(test === null ? '–' : small(test.log10P)),
      cell(estimateValue(auc, small), estimateInterval(auc, small)),
      cell(
        equivalence === null ? '–' : small(equivalence.pValue),
        equivalence === null ? '' : `± ${small(equivalence.margin)}`,
      ),
      cell(`${toldText(hits)}, ${toldText(misses)}`),
    ],
    notes: notesOf(checks, problem),
  };
}

function medianCell({ medianMs, places }: TimingTimes): Cell {
  const median = places === undefined ? medianMs : places.median;
  return cell(median === null ? '–' : small(median));
}

const toldText = ({ toldCached }: TimingTimes): string => (toldCached === null ? 'not told' : count(toldCached));
