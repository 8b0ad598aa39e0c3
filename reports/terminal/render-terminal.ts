/**
 * The view as text for a terminal: the verdict, one table per report, what is missing, and where the whole report is.
 *
 * Shows levels that are judged or may move; what is measured only for completeness is counted, not listed. No cursor codes; colour
 * is SGR alone, and only on request. Never wider than `width`.
 * @module
 */
import { counted } from '../number-format.ts';
import type { Column, Outcome, Section, Status, TableRow, View } from '../view.ts';
import { visibleLine } from '../visible-text.ts';
import { fitText, padText, textWidth, wrapText } from './text-width.ts';

export interface TerminalOptions {
  readonly color: boolean;
  /** Columns of the terminal; at least 60 are used. */
  readonly width: number;
  /** Where the HTML report is; null = none was written. */
  readonly reportPath: string | null;
}

const WIDTH_MIN = 60;
const WIDTH_MAX = 120;
const GAP = '  ';
/** Axis and level are cut first when a table is too wide, and never below this. */
const FLEXIBLE_MIN = 8;

/** SGR parameters. Words and glyphs say the same, so that nothing is lost without colour. */
const COLOURS: Readonly<Record<Outcome, string>> = {
  pass: '32',
  fail: '31;1',
  inconclusive: '33',
  incomplete: '33',
  measured: '2',
  'not-run': '2',
};

type Paint = (text: string, sgr: string) => string;

export function renderTerminal(view: View, options: TerminalOptions): string {
  const width = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, options.width));
  const paint: Paint = (text, sgr) => (options.color && text !== '' ? `\u001b[${sgr}m${text}\u001b[0m` : text);
  const { banner } = view;
  const lines = [
    ...headLines(view, width, paint),
    ...view.sections.flatMap((section) => ['', ...sectionLines(section, width, paint)]),
    ...missingLines(view, width),
    '',
    ...changeLines(view, width),
    ...wrapText(`reproduce: ${visibleLine(banner.reproduce)}`, width),
    // a path is never cut: it is there to be copied
    ...(options.reportPath === null ? [] : [`report: ${visibleLine(options.reportPath)}`]),
    ...wrapText(`${banner.status.glyph} ${banner.status.word}: ${visibleLine(banner.sentence)}`, width).map((line) =>
      paint(line, COLOURS[banner.status.outcome]),
    ),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function headLines(view: View, width: number, paint: Paint): string[] {
  const { banner } = view;
  const name = fitText(`evenkeel ${visibleLine(view.evenkeelVersion)}  ${visibleLine(view.runId)}`, width);
  const facts = [
    `target ${visibleLine(view.target)}`,
    `${banner.units}`,
    `policy ${visibleLine(banner.policyName)}`,
    `exit ${banner.exitCode} (${banner.exitMeaning})`,
  ];
  return [paint(name, '1'), ...wrapText(facts.join('  '), width)];
}

function sectionLines(section: Section, width: number, paint: Paint): string[] {
  const word = statusText(section.status);
  const title = fitText(section.title, width - textWidth(word) - 2);
  const rule = '─'.repeat(Math.max(1, width - textWidth(title) - textWidth(word) - 2));
  return [
    `${paint(title, '1')} ${paint(rule, '2')} ${paint(word, COLOURS[section.status.outcome])}`,
    ...wrapText(visibleLine(section.headline), width),
    ...tableLines(section, width, paint),
  ];
}

/** The rows worth a line: judged ones, and in the drift report those that may move. */
function shownRows({ report, table }: Section): readonly TableRow[] {
  return table.groups
    .filter(({ collapsed }) => !collapsed)
    .flatMap(({ rows }) => rows)
    .filter(({ status }) => report === 'drift' || status.outcome !== 'measured');
}

function tableLines(section: Section, width: number, paint: Paint): string[] {
  const rows = shownRows(section);
  const all = section.table.groups.reduce((total, group) => total + group.rows.length, 0);
  const rest = all - rows.length;
  const restLine = rest === 0 ? [] : [`  and ${counted(rest, 'level')} measured for completeness (in the report)`];
  if (rows.length === 0) return restLine;
  const columns = section.table.columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => column.shortTitle !== null);
  const texts = rows.map((row) => columns.map(({ index }) => visibleLine(row.cells[index]!.text)));
  const words = rows.map(({ status }) => statusText(status));
  const statusWidth = Math.max(...words.map(textWidth));
  const widths = columnWidths(
    columns.map(({ column }) => column),
    texts,
    width - statusWidth - 2,
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((text, index) => padText(fitText(text, widths[index]!), widths[index]!, columns[index]!.column.align))
      .join(GAP);
  const heading = lineOf(columns.map(({ column }) => column.shortTitle ?? ''));
  return [
    paint(`${' '.repeat(statusWidth)}${GAP}${heading}`, '2'),
    ...rows.flatMap((row, index) => [
      `${paint(padText(words[index]!, statusWidth, 'start'), COLOURS[row.status.outcome])}${GAP}${lineOf(texts[index]!)}`,
      ...row.notes.flatMap((note) => wrapText(visibleLine(note), width - 4).map((line) => `    ${line}`)),
    ]),
    ...restLine,
  ];
}

/** Natural widths, then the widest of axis and level is cut, column by column, until the line fits. */
function columnWidths(columns: readonly Column[], texts: readonly (readonly string[])[], available: number): number[] {
  const widths = columns.map((column, index) =>
    Math.max(textWidth(column.shortTitle ?? ''), ...texts.map((row) => textWidth(row[index]!))),
  );
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
  while (total() > available) {
    const widest = widestFlexible(columns, widths) ?? widestOf(widths);
    if (widths[widest]! <= 1) break;
    widths[widest]! -= 1;
  }
  return widths;
}

function widestFlexible(columns: readonly Column[], widths: readonly number[]): number | null {
  const flexible = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column, index }) => column.align === 'start' && widths[index]! > FLEXIBLE_MIN)
    .map(({ index }) => index);
  return flexible.length === 0 ? null : flexible.reduce((best, index) => (widths[index]! > widths[best]! ? index : best));
}

const widestOf = (widths: readonly number[]): number =>
  widths.reduce((best, width, index) => (width > widths[best]! ? index : best), 0);

const MISSING_MAX = 5;

function missingLines({ units }: View, width: number): string[] {
  const { missing } = units;
  if (missing.length === 0) return [];
  const shown = missing.slice(0, MISSING_MAX).flatMap(({ unitId, perturbation, why }) =>
    wrapText(`${visibleLine(unitId)} (${visibleLine(perturbation)}): ${visibleLine(why)}`, width - 2).map(
      (line, index) => `  ${index === 0 ? '' : '  '}${line}`.slice(0, width),
    ),
  );
  const more = missing.length > MISSING_MAX ? [`  and ${counted(missing.length - MISSING_MAX, 'more unit')}`] : [];
  return ['', `${counted(missing.length, 'unit')} missing`, ...shown, ...more];
}

function changeLines({ banner }: View, width: number): string[] {
  return banner.wouldChange.flatMap((line) =>
    wrapText(`what would change it: ${visibleLine(line)}`, width - 2).map((part, index) => `${index === 0 ? '' : '  '}${part}`),
  );
}

const statusText = ({ glyph, word }: Status): string => `${glyph} ${word}`;
