/**
 * A table of a page without any script: it scrolls by itself, and a reader without a mouse can reach it.
 * @module
 */
import { element, type Markup } from '../markup.ts';

export interface StaticTable {
  readonly columns: readonly string[];
  /** Cells of each row: `td` elements. */
  readonly rows: readonly (readonly Markup[])[];
  /** Columns whose headings stand above numbers. */
  readonly numbers?: readonly number[];
  readonly caption?: string;
}

export function staticTable({ columns, rows, numbers = [], caption }: StaticTable): Markup {
  const heads = columns.map((title, at) =>
    element('th', { scope: 'col', ...(numbers.includes(at) ? { class: 'num' } : {}) }, title),
  );
  return element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': caption ?? columns.join(', ') },
    element(
      'table',
      {},
      ...(caption === undefined ? [] : [element('caption', {}, caption)]),
      element('thead', {}, element('tr', {}, ...heads)),
      element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells))),
    ),
  );
}
