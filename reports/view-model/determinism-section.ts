/**
 * The determinism report: rows that owe equal bits first, then rows that may move, measured and not judged.
 * @module
 */
import type { DeterminismRow, Equality } from '../../harness/schema/index.ts';
import {
  compareNumbers,
  count,
  counted,
  equalOf,
  estimateValue,
  failureRate,
  percent,
  small,
} from '../number-format.ts';
import type { Column, ReportCard, RowGroup, Section, TableRow } from '../view.ts';
import { cell, column, countersText, notesOf, placeOf, type Context } from './context.ts';
import { agreementFacts } from './agreement-facts.ts';
import { determinismFigures } from './determinism-figures.ts';
import { flipFacts } from './flip-facts.ts';
import { determinismKinds } from './kinds.ts';

const REPORT = 'determinism';

const COLUMNS: readonly Column[] = [
  column('axis', 'Axis', 'start', 'axis', 'What is varied.'),
  column('level', 'Level', 'start', 'level', 'The setting, compared with the reference level of the same unit.'),
  column('bits', 'Bits equal', 'end', 'bits', 'Requests whose logits are equal bit by bit, of those compared.'),
  column('tokens', 'Tokens', 'end', 'tokens', 'Requests with the same token ids.'),
  column('text', 'Text', 'end', 'text', 'Requests with the same text.'),
  column('outputs', 'Distinct outputs', 'end', null, 'Largest number of different outputs of one request; mean below.'),
  column('first', 'First diverging token', 'end', null, 'Earliest position at which a pair takes another token.'),
  column(
    'logprob',
    'Max |Δ logprob|',
    'end',
    null,
    'Largest difference of a log-probability, in nats, up to the first diverging token.',
  ),
  column(
    'rate',
    'May still fail',
    'end',
    'may fail',
    'Failure rate that the comparisons still allow (95 %, one-sided).',
  ),
];

export function determinismSection(context: Context): Section {
  const rows = context.findings.determinism;
  return {
    report: REPORT,
    title: titleOf(rows),
    status: context.statusOfReport(REPORT),
    headline: summaryOf(context),
    what: 'Shows whether the same request gives the same logit bits, tokens and text when nothing that should matter has changed. Equality does not show that the answer is right.',
    tiles: [],
    table: {
      id: 'determinism-rows',
      caption: 'Equality with the reference, by axis and level',
      columns: COLUMNS,
      groups: groupsOf(context),
    },
    // what nobody expects to move comes first: a short format shows only the first ones
    facts: [
      ...flipFacts(owedRows(rows)),
      ...agreementFacts(context.findings.agreement ?? []),
      ...flipFacts(rows.filter(({ promise }) => promise !== 'bit-equal')),
    ],
    figures: determinismFigures(context),
    evidence: rows.map((row) => ({
      rowId: context.rowId(REPORT, row),
      place: placeOf(row),
      counters: countersText(row.evidence),
    })),
  };
}

export function determinismCard(context: Context): ReportCard {
  const judged = owedRows(context.findings.determinism);
  const what = judgedMetric(judged);
  const kept = judged.filter((row) => isWhole(equalityIn(row, what))).length;
  return {
    report: REPORT,
    title: 'Determinism',
    kinds: kindsOf(context.findings.determinism),
    status: context.statusOfReport(REPORT),
    figure: judged.length === 0 ? '–' : `${count(kept)}/${count(judged.length)}`,
    figureCaption: `levels keep every ${what === 'bits' ? 'bit' : 'token'}`,
    summary: summaryOf(context),
  };
}

const owedRows = (rows: readonly DeterminismRow[]): DeterminismRow[] =>
  rows.filter(({ promise }) => promise === 'bit-equal');

const isWhole = (equality: Equality | null): boolean =>
  equality !== null && equality.n > 0 && equality.equal === equality.n;

/** Bits, unless the target gives none anywhere. */
function judgedMetric(rows: readonly DeterminismRow[]): 'bits' | 'tokens' {
  return rows.length > 0 && rows.every(({ bits }) => 'kind' in bits) ? 'tokens' : 'bits';
}

function equalityIn(row: DeterminismRow, metric: 'bits' | 'tokens'): Equality | null {
  if (metric === 'tokens') return row.tokens;
  return 'kind' in row.bits ? null : row.bits;
}

/** The strongest equality that the row has. */
export function strongestEquality(row: DeterminismRow): Equality {
  if (!('kind' in row.bits) && row.bits.n > 0) return row.bits;
  return row.tokens.n > 0 ? row.tokens : row.text;
}

function kindsOf(rows: readonly DeterminismRow[]): string {
  const owed = owedRows(rows);
  return determinismKinds((owed.length > 0 ? owed : rows).map(({ axis }) => axis)).join(' · ');
}

function titleOf(rows: readonly DeterminismRow[]): string {
  const kinds = kindsOf(rows);
  return kinds === '' ? 'Determinism' : `Determinism (${kinds.replaceAll(' · ', ', ')})`;
}

function summaryOf({ findings, statusOfRow }: Context): string {
  const judged = owedRows(findings.determinism);
  if (findings.determinism.length === 0) return 'No unit of the plan feeds this report.';
  if (judged.length === 0)
    return `${counted(findings.determinism.length, 'level')} measured; none of them owes equal bits.`;
  const failed = judged.filter((row) => statusOfRow(REPORT, row).outcome === 'fail');
  const undecided = judged.filter((row) => statusOfRow(REPORT, row).outcome === 'inconclusive').length;
  const undecidedText = undecided === 0 ? '' : ` ${counted(undecided, 'level')} undecided.`;
  const [worst] = failed.toSorted((a, b) => compareNumbers(equalShare(a), equalShare(b)));
  if (worst !== undefined) {
    const others = failed.length === 1 ? '' : `, the worst of ${failed.length} failing levels`;
    return `${equalOf(strongestEquality(worst))} equal at ${placeOf(worst)}${others}.${undecidedText}`;
  }
  const rates = judged.map((row) => strongestEquality(row).failureRateHigh).filter((rate) => rate !== null);
  const largest = rates.toSorted(compareNumbers).at(-1);
  const bound = largest === undefined ? '' : ` Up to ${percent(largest)} of requests may still differ at a level.`;
  return `No difference found.${bound}${undecidedText}`;
}

function equalShare(row: DeterminismRow): number {
  const { equal, n } = strongestEquality(row);
  return n === 0 ? Number.NaN : equal / n;
}

function groupsOf(context: Context): RowGroup[] {
  const rows = context.findings.determinism;
  const free = rows.filter(({ promise }) => promise !== 'bit-equal');
  const groups: RowGroup[] = [
    {
      title: 'Equal bits are owed',
      note: 'Nothing that should matter changed.',
      collapsed: false,
      rows: owedRows(rows).map((row) => tableRow(row, context)),
    },
    {
      title: 'May move',
      note: 'The prompt or the arithmetic changed: measured here, judged as drift.',
      collapsed: false,
      rows: free.map((row) => tableRow(row, context)),
    },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

function tableRow(row: DeterminismRow, context: Context): TableRow {
  const { bits, tokens, text, uniqueOutputs, firstTokenDiffs, maxAbsLogprobDiff } = row;
  const owed = row.promise === 'bit-equal';
  const equality = (one: Equality) => cell(equalOf(one), '', owed && one.n > 0 && one.equal < one.n);
  const diffs = firstTokenDiffs.toSorted(compareNumbers);
  const logprobWhy = maxAbsLogprobDiff.kind === 'measured' ? '' : maxAbsLogprobDiff.why;
  return {
    id: context.rowId(REPORT, row),
    status: context.statusOfRow(REPORT, row),
    cells: [
      cell(row.axis),
      cell(row.level, row.label),
      'kind' in bits ? cell(bits.kind === 'unsupported' ? 'not supported' : 'not measured', bits.why) : equality(bits),
      equality(tokens),
      equality(text),
      cell(count(uniqueOutputs.max), uniqueOutputs.max > 1 ? `mean ${small(uniqueOutputs.mean)}` : ''),
      diffs.length === 0
        ? cell('–')
        : cell(
            `#${diffs[0]}`,
            `median #${diffs[Math.floor((diffs.length - 1) / 2)]} of ${counted(diffs.length, 'pair')}`,
          ),
      cell(
        estimateValue(maxAbsLogprobDiff, small),
        [logprobWhy, chosenText(row)].filter((part) => part !== '').join('; '),
      ),
      cell(failureRate(strongestEquality(row))),
    ],
    notes: notesOf(context.checksOf(REPORT, row), row.evidenceProblem),
  };
}

/** Where there are no bits: in how many requests every chosen token has the same number. */
function chosenText({ chosenLogprobs: chosen }: DeterminismRow): string {
  if (chosen === undefined || 'kind' in chosen) return '';
  return `${equalOf(chosen.equality)} the same numbers`;
}
