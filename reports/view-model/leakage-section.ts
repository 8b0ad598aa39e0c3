/**
 * The leakage report, cross-request: does a request depend on the content of others, and does an output hold a foreign canary?
 * @module
 */
import type { Leak, LeakageRow } from '../../harness/schema/index.ts';
import { compareNumbers, count, counted, failureRate, percent } from '../number-format.ts';
import type { Column, NamedValue, ReportCard, Section, TableRow, Tile } from '../view.ts';
import { cell, column, countersText, notesOf, placeOf, type Context } from './context.ts';
import { leakageFigures } from './leakage-figures.ts';
import { statusOf } from './statuses.ts';

const REPORT = 'leakage';
const TITLE = 'Leakage (cross-request)';

const COLUMNS: readonly Column[] = [
  column(
    'axis',
    'Axis',
    'start',
    'axis',
    'Where the other requests are: in the same batch, or earlier in the session.',
  ),
  column('level', 'Level', 'start', 'level', 'Which of them say something else, at equal lengths.'),
  column('n', 'Compared', 'end', 'compared', 'Requests compared between two contents of the others.'),
  column(
    'dependent',
    'Content-dependent',
    'end',
    'depend',
    'Requests that changed in any bit when only the others’ content changed.',
  ),
  column('tokens', 'of which in tokens', 'end', null, 'Requests that changed in a token, not only in bits.'),
  column(
    'rate',
    'May still depend',
    'end',
    'may depend',
    'Rate of dependence that the comparisons still allow (95 %, one-sided).',
  ),
  column('planted', 'Canaries planted', 'end', null, 'Random strings planted in prompts.'),
  column(
    'searched',
    'Outputs searched',
    'end',
    null,
    'Outputs in which the canaries of other requests were looked for.',
  ),
  column('foreign', 'Foreign canaries', 'end', 'foreign', 'Outputs that hold the canary of another request.'),
  column(
    'canaryRate',
    'May still hold one',
    'end',
    null,
    'Rate of foreign canaries that the search still allows (95 %, one-sided).',
  ),
];

/** Columns of what not every level looks at: shown where one does. */
interface OptionalColumn {
  readonly column: Column;
  /** Null = this level does not look. */
  readonly read: (row: LeakageRow) => { readonly text: string; readonly bad: boolean } | null;
}

const OPTIONAL: readonly OptionalColumn[] = [
  {
    column: column(
      'shared',
      'From the cache of others',
      'end',
      'from cache',
      'Requests that got tokens from a cache that only others have put there, of those whose prompt only others have sent.',
    ),
    read: ({ sharedPrefix }) =>
      sharedPrefix === undefined
        ? null
        : { text: `${count(sharedPrefix.shared)}/${count(sharedPrefix.requests)}`, bad: sharedPrefix.shared > 0 },
  },
  {
    column: column(
      'own',
      'Own prefix found again',
      'end',
      null,
      'Owners who found what an earlier session had kept for them, of those who have to.',
    ),
    read: ({ ownPrefix }) =>
      ownPrefix === undefined
        ? null
        : { text: `${count(ownPrefix.found)}/${count(ownPrefix.requests)}`, bad: ownPrefix.found < ownPrefix.requests },
  },
  {
    column: column(
      'residue',
      'Left after close',
      'end',
      'left',
      'Byte patterns of a request in memory and files after its session was closed, and files that were left or readable.',
    ),
    read: ({ residue }) => {
      if (residue === undefined) return null;
      const files = residue.filesLeft + residue.filesReadable;
      const text = `${count(residue.found)} of ${count(residue.patterns)}${files > 0 ? `, ${counted(files, 'file')}` : ''}`;
      return { text, bad: residue.found + files > 0 };
    },
  },
  {
    column: column(
      'side',
      'Shown beside answers',
      'end',
      'beside',
      'Error bodies and routes about the server that hold the canary of another request, of those that were read.',
    ),
    read: ({ sideChannels }) =>
      sideChannels === undefined
        ? null
        : { text: `${count(sideChannels.found)}/${count(sideChannels.bodies)}`, bad: sideChannels.found > 0 },
  },
];

const optionalOf = (rows: readonly LeakageRow[]): readonly OptionalColumn[] =>
  OPTIONAL.filter(({ read }) => rows.some((row) => read(row) !== null));

export function leakageSection(context: Context): Section {
  const rows = context.findings.leakage;
  return {
    report: REPORT,
    title: TITLE,
    status: context.statusOfReport(REPORT),
    headline: summaryOf(context),
    what: 'Shows whether a request depends on the content of the requests beside or before it, and whether an output holds the canary of another request. It does not show memorisation, membership, contamination of test data, or PII.',
    tiles: rows.length === 0 ? [] : tilesOf(rows),
    table: {
      id: 'leakage-rows',
      caption: 'Dependence on the content of other requests, by axis and level',
      columns: [...COLUMNS, ...optionalOf(rows).map((one) => one.column)],
      groups: [
        {
          title: 'Independence of other requests’ content is owed',
          note: 'Only what the others say changed; their lengths and arrival did not.',
          collapsed: false,
          rows: rows.map((row) => tableRow(row, context, optionalOf(rows))),
        },
      ].filter((group) => group.rows.length > 0),
    },
    facts: leakFacts(rows),
    figures: leakageFigures(context),
    evidence: rows.map((row) => ({
      rowId: context.rowId(REPORT, row),
      place: placeOf(row),
      counters: countersText(row.evidence),
    })),
  };
}

export function leakageCard(context: Context): ReportCard {
  const rows = context.findings.leakage;
  const { dependent, compared } = totalsOf(rows);
  return {
    report: REPORT,
    title: 'Leakage',
    kinds: 'cross-request',
    status: context.statusOfReport(REPORT),
    figure: rows.length === 0 ? '–' : `${count(dependent)}/${count(compared)}`,
    figureCaption: 'answers depend on other requests',
    summary: summaryOf(context),
  };
}

interface Totals {
  readonly compared: number;
  readonly dependent: number;
  readonly inTokens: number;
  readonly planted: number;
  readonly outputs: number;
  readonly foreign: number;
  /** The largest bound of a row; null when none has one. */
  readonly rateHigh: number | null;
}

/** Every leaked item, source to sink; the canary itself is not told. */
function leakFacts(rows: readonly LeakageRow[]): NamedValue[] {
  const place = ({ requestId, side, wave, row }: Leak['source']): string =>
    `${requestId} (${side === 'level' ? 'level' : 'reference'}, wave ${wave}${row === null ? '' : `, batch row ${row}`})`;
  return rows.flatMap((row) =>
    (row.leaks ?? []).map(({ unitId, caseId, source, sink, cachedTokens }) => ({
      name: `Foreign canary at ${placeOf(row)}`,
      value: `that of ${place(source)} in the output of ${place(sink)}; case ${caseId}, unit ${unitId}${cachedTokens === null ? '' : `, ${counted(cachedTokens, 'token')} from a cache`}`,
    })),
  );
}

function totalsOf(rows: readonly LeakageRow[]): Totals {
  const sum = (pick: (row: LeakageRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  const rates = rows.map(({ contentDependent }) => contentDependent.failureRateHigh).filter((rate) => rate !== null);
  return {
    compared: sum(({ contentDependent }) => contentDependent.n),
    dependent: sum(({ contentDependent }) => contentDependent.n - contentDependent.equal),
    inTokens: sum(({ tokenDependent }) => tokenDependent),
    planted: sum(({ canaries }) => canaries.planted),
    outputs: sum(({ canaries }) => canaries.outputs),
    foreign: sum(({ canaries }) => canaries.foreign),
    rateHigh: rates.toSorted(compareNumbers).at(-1) ?? null,
  };
}

function summaryOf({ findings, statusOfRow }: Context): string {
  const rows = findings.leakage;
  if (rows.length === 0) return 'No unit of the plan feeds this report.';
  const { dependent, compared, foreign, outputs, rateHigh } = totalsOf(rows);
  const canaries =
    outputs === 0
      ? 'No canaries were planted.'
      : `Foreign canaries: ${count(foreign)} in ${counted(outputs, 'output')}.`;
  const broken = rows.find((row) => statusOfRow(REPORT, row).outcome === 'fail');
  if (dependent > 0 && broken !== undefined) return `First at ${placeOf(broken)}. ${canaries}`;
  if (compared === 0) return `Nothing was compared. ${canaries}`;
  const bound = rateHigh === null || dependent > 0 ? '' : ` Up to ${percent(rateHigh)} may still depend at a level.`;
  return `${canaries}${bound}`;
}

function tilesOf(rows: readonly LeakageRow[]): Tile[] {
  const { compared, dependent, inTokens, planted, outputs, foreign } = totalsOf(rows);
  const clean = (bad: number, looked: number) => statusOf(bad > 0 ? 'fail' : looked > 0 ? 'measured' : 'not-run');
  return [
    {
      value: `${count(dependent)}/${count(compared)}`,
      caption: 'requests changed with the others’ content',
      status: clean(dependent, compared),
    },
    { value: count(inTokens), caption: 'of them changed in a token', status: clean(inTokens, compared) },
    {
      value: `${count(foreign)}/${count(outputs)}`,
      caption: 'outputs hold a foreign canary',
      status: clean(foreign, outputs),
    },
    { value: count(planted), caption: 'canaries planted', status: statusOf('measured') },
  ];
}

function tableRow(row: LeakageRow, context: Context, optional: readonly OptionalColumn[]): TableRow {
  const { contentDependent, canaries } = row;
  const dependent = contentDependent.n - contentDependent.equal;
  return {
    id: context.rowId(REPORT, row),
    status: context.statusOfRow(REPORT, row),
    cells: [
      cell(row.axis),
      cell(row.level, row.label),
      cell(count(contentDependent.n)),
      cell(contentDependent.n === 0 ? '–' : count(dependent), '', dependent > 0),
      cell(contentDependent.n === 0 ? '–' : count(row.tokenDependent), '', row.tokenDependent > 0),
      cell(failureRate(contentDependent)),
      cell(count(canaries.planted)),
      cell(count(canaries.outputs)),
      cell(canaries.outputs === 0 ? '–' : count(canaries.foreign), '', canaries.foreign > 0),
      cell(canaries.failureRateHigh === null ? 'not known' : `≤ ${percent(canaries.failureRateHigh)}`),
      ...optional.map(({ read }) => {
        const found = read(row);
        return found === null ? cell('–') : cell(found.text, '', found.bad);
      }),
    ],
    notes: notesOf(context.checksOf(REPORT, row), row.evidenceProblem),
  };
}
