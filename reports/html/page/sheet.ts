/**
 * Tables as data: every table of the page can be taken away as CSV or JSON.
 * @module
 */
import { element } from './dom.ts';
import { spreadsheetText } from '../../spreadsheet-text.ts';
import type { Table } from '../../view.ts';

/** What a table says, without its looks. */
export interface Sheet {
  /** Of the file, without ending. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Group and outcome first; a cell's second line has a column of its own where some row has one. */
export function sheetOf(table: Table): Sheet {
  const rows = table.groups.flatMap((group) => group.rows.map((row) => ({ group: group.title, row })));
  const withDetail = table.columns.map((_, i) => rows.some(({ row }) => row.cells[i].sub !== ''));
  const spread = (first: (i: number) => string, second: (i: number) => string): string[] =>
    table.columns.flatMap((_, i) => (withDetail[i] ? [first(i), second(i)] : [first(i)]));
  return {
    name: table.id,
    columns: [
      'Group',
      'Outcome',
      ...spread(
        (i) => table.columns[i].title,
        (i) => `${table.columns[i].title}, detail`,
      ),
      'Notes',
    ],
    rows: rows.map(({ group, row }) => [
      group,
      row.status.word,
      ...spread(
        (i) => row.cells[i].text,
        (i) => row.cells[i].sub,
      ),
      row.notes.join(' '),
    ]),
  };
}

/** The two buttons of a table. */
export function downloadButtons(sheet: Sheet): HTMLElement {
  const button = (kind: string, text: (sheet: Sheet) => string, type: string): HTMLElement => {
    const node = element('button', {
      text: kind.toUpperCase(),
      title: `Download this table as ${kind.toUpperCase()}`,
      attributes: { type: 'button', 'aria-label': `Download ${sheet.name} as ${kind.toUpperCase()}` },
    });
    node.addEventListener('click', () => save(`${sheet.name}.${kind}`, text(sheet), type));
    return node;
  };
  return element('div', { class: 'downloads' }, [
    button('csv', csvOf, 'text/csv'),
    button('json', sheetJson, 'application/json'),
  ]);
}

function save(fileName: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = element('a', { attributes: { href: url, download: fileName } });
  link.click();
  // the browser has taken the text by the next turn; a page that keeps every URL would keep every text
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** RFC 4180, and no cell that a spreadsheet would run. */
export function csvOf({ columns, rows }: Sheet): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A number stays one. */
function csvCell(text: string): string {
  const harmless = NUMBER.test(text) ? text : spreadsheetText(text);
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function sheetJson({ columns, rows }: Sheet): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}
