/**
 * The terminal report: verdict, one compact table per report, what failed and why. Fits the given width (80 by default).
 *
 * Texts of the view are already free of control characters; colour is added only when asked for, and never carries meaning alone.
 * @module
 */
import type { Outcome, RowGroup, Section, SectionId, Status, Table, View } from '../view.ts';

export interface TerminalOptions {
  readonly color: boolean;
  readonly width: number;
}

const SGR: Readonly<Record<Outcome, number>> = {
  pass: 32,
  fail: 31,
  inconclusive: 33,
  incomplete: 33,
  measured: 36,
  'not-run': 90,
};
const LEAST_WIDTH = 40;
const GAP = 2;
const TOLD_ELSEWHERE: readonly SectionId[] = ['baseline', 'diagnosis'];
/** Facts of a section that are told; the others stand in the files. */
const FACTS_MAX = 4;

type Paint = (text: string, status: Status) => string;

export function renderTerminal(view: View, options: TerminalOptions): string {
  const width = Math.max(LEAST_WIDTH, options.width);
  const paint: Paint = (text, status) => (options.color ? `\u001b[${SGR[status.outcome]}m${text}\u001b[0m` : text);
  const { banner } = view;
  const lines = [
    // the comparison and the diagnosis have texts of their own
    ...view.sections
      .filter(({ report }) => !TOLD_ELSEWHERE.includes(report))
      .flatMap((section) => sectionLines(section, width, paint)),
    ...invariantLines(view, width),
    paint(`${banner.status.glyph} ${banner.status.word}`, banner.status) +
      `  (exit code ${banner.exitCode}, policy ${banner.policyName})`,
    ...wrap(banner.sentence, width, '  '),
    ...banner.wouldChange.flatMap((text) => wrap(`→ ${text}`, width, '  ')),
  ];
  return `${lines.join('\n')}\n`;
}

function invariantLines({ invariants }: View, width: number): string[] {
  if (invariants.length === 0) return [];
  return [
    'What each knob leaves of an output',
    ...invariants.flatMap(({ name, value }) => wrap(`${name}: ${value}`, width, '  ')),
    '',
  ];
}

function sectionLines(section: Section, width: number, paint: Paint): string[] {
  return [
    `${section.title}  ${paint(`${section.status.glyph} ${section.status.word}`, section.status)}`,
    ...wrap(section.headline, width, ''),
    ...tableLines(section.table, width, paint),
    ...section.facts.slice(0, FACTS_MAX).flatMap(({ name, value }) => wrap(`${name}: ${value}`, width, '  ')),
    ...(section.facts.length > FACTS_MAX ? [`  and ${section.facts.length - FACTS_MAX} more in the report files`] : []),
    '',
  ];
}

/** Columns that have a short title, each as wide as its widest cell; the first one gives way when the table is too wide. */
function tableLines(table: Table, width: number, paint: Paint): string[] {
  const shown = table.columns.flatMap((column, index) =>
    column.shortTitle === null ? [] : [{ ...column, index, head: column.shortTitle }],
  );
  const groups = table.groups.filter((group) => group.rows.length > 0);
  const rows = groups.filter((group) => !group.collapsed).flatMap((group) => group.rows);
  if (rows.length === 0) return [];
  const widths = shown.map(({ index, head }) =>
    Math.max(...rows.map((row) => row.cells[index].text.length), head.length),
  );
  const fixed = 2 + GAP * (shown.length - 1);
  const excess = fixed + widths.reduce((a, b) => a + b, 0) - width;
  if (excess > 0) shrink(widths, excess);
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) =>
        shown[i].align === 'end' ? fit(text, widths[i]).padStart(widths[i]) : fit(text, widths[i]).padEnd(widths[i]),
      )
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    `  ${line(shown.map((c) => c.head))}`,
    ...groups.flatMap((group) =>
      groupLines(
        group,
        shown.map((c) => c.index),
        line,
        width,
        paint,
      ),
    ),
  ];
}

function groupLines(
  group: RowGroup,
  indices: readonly number[],
  line: (cells: readonly string[]) => string,
  width: number,
  paint: Paint,
): string[] {
  // what the page shows on demand only is one line here
  if (group.collapsed) return [`  ${fit(group.title, width - 2)}`];
  return group.rows.flatMap((row) => [
    `${paint(row.status.glyph, row.status)} ${line(indices.map((i) => row.cells[i].text))}`,
    ...(row.status.outcome === 'pass' || row.status.outcome === 'measured'
      ? []
      : row.notes.flatMap((note) => wrap(note, width, '    '))),
  ]);
}

/** Takes what is too much from the widest column, again and again. */
function shrink(widths: number[], excess: number): void {
  for (let left = excess; left > 0; left--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= 4) return;
    widths[widest]--;
  }
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Breaks at spaces; a word longer than the line is cut. */
function wrap(text: string, width: number, indent: string): string[] {
  const room = width - indent.length;
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const piece = fit(word, room);
    if (current !== '' && current.length + 1 + piece.length > room) {
      lines.push(current);
      current = piece;
    } else current = current === '' ? piece : `${current} ${piece}`;
  }
  return [...lines, current].map((part) => indent + part);
}
