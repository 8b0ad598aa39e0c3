/**
 * The timing audit: for each asker how many hits and misses were timed, how far they lie apart, and whether equality is shown.
 * @module
 */
import type { CacheTimingFindings, CacheTimingRow, Check, TimingTimes } from '../../harness/schema/index.ts';
import { count, estimateInterval, estimateValue, small } from '../number-format.ts';
import type { Cell, Column, CurvesFigure, Section, TableRow } from '../view.ts';
import { cell, column, notesOf, type Context } from './context.ts';
import { judgedBy, statusOf } from './statuses.ts';

const COLUMNS: readonly Column[] = [
  column(
    'asker',
    'Who asks',
    'start',
    'asker',
    'Who sends the timed request; the owner has sent its beginning before.',
  ),
  column('n', 'Hits, misses', 'end', 'hits/misses', 'Timed requests that begin as the owner’s did, and that do not.'),
  column('hit', 'Hit, ms', 'end', 'hit, ms', 'Median time to the first token.'),
  column('miss', 'Miss, ms', 'end', 'miss, ms', 'Median time to the first token.'),
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
        caption: 'Time to the first token of hits and misses, by who asks',
        columns: COLUMNS,
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
      figures: rows.flatMap(timesFigure),
      evidence: [],
    },
  ];
}

/** The pair of distributions of an asker: apart = hits can be told from misses. */
function timesFigure({ level, label, hits, misses, test }: CacheTimingRow): CurvesFigure[] {
  if (hits.pointsMs.length < 2 || misses.pointsMs.length < 2) return [];
  const curve = (name: string, role: 'owed' | 'different', { pointsMs, n }: TimingTimes) => ({
    name: `${name} (n ${count(n)})`,
    role,
    // quantiles at evenly spaced shares, the least and the most included
    points: pointsMs.map((x, at) => ({ x, y: at / (pointsMs.length - 1) })),
  });
  const apart = test === null ? '' : ` Largest distance D ${small(test.statistic)}, log10 p ${small(test.log10P)}.`;
  return [
    {
      kind: 'curves',
      scale: 'logarithmic',
      id: `cache-times-${level}`,
      title: `Time to the first token: ${label}`,
      caption: `Share of requests whose first token came within x. ${level === 'same-salt' ? 'The owner’s hits have to be sooner: here the curves should lie apart.' : 'Curves that lie apart let this asker see what the owner has sent.'}${apart}`,
      curves: [curve('hits', 'different', hits), curve('misses', 'owed', misses)],
      xTitle: 'time to the first token, ms',
      yTitle: 'share of requests',
    },
  ];
}

function headlineOf(found: CacheTimingFindings): string {
  if (found.kind === 'unsupported') return `Not supported by this target: ${found.why}.`;
  if (found.kind === 'not-measured') return `Not measured: ${found.why}.`;
  const { promptLength, lengthUnit, prefixShare } = found;
  return `Prompts of ${count(promptLength)} ${lengthUnit}, of which a hit shares ${small(prefixShare * 100)} % with what the owner has sent.`;
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

const medianCell = ({ medianMs }: TimingTimes): Cell => cell(medianMs === null ? '–' : small(medianMs));
const toldText = ({ toldCached }: TimingTimes): string => (toldCached === null ? 'not told' : count(toldCached));
