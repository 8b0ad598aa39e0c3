/**
 * Grids: a figure that is read as numbers, so it is a table, with a shade or an outcome behind each.
 * @module
 */
import { element } from './dom.ts';
import type { GridCell, GridFigure } from '../../view.ts';

/** The darkest shade that keeps the text readable in both colour schemes. */
const SHADE_MAX = 0.45;

export function gridNode(figure: GridFigure): HTMLElement {
  const head = element('thead', {}, [
    element('tr', {}, [
      element('th', { text: figure.rowTitle, attributes: { scope: 'col', rowspan: '2' } }),
      element('th', { text: figure.columnTitle, attributes: { colspan: String(figure.columns.length) } }),
    ]),
    element(
      'tr',
      {},
      figure.columns.map((text) => element('th', { text, attributes: { scope: 'col' } })),
    ),
  ]);
  const body = element(
    'tbody',
    {},
    figure.rows.map((row) =>
      element('tr', {}, [element('th', { text: row.name, attributes: { scope: 'row' } }), ...row.cells.map(gridCell)]),
    ),
  );
  return element(
    'div',
    { class: 'grid-frame', attributes: { tabindex: '0', role: 'group', 'aria-label': figure.title } },
    [element('table', {}, [head, body])],
  );
}

function gridCell(cell: GridCell | null): HTMLElement {
  if (cell === null) return element('td', { class: 'absent', attributes: { 'aria-label': 'none' } });
  const { status, shade } = cell;
  const node = element('td', { class: status === null ? '' : `is-${status.outcome}`, title: cell.title }, [
    ...(status === null
      ? []
      : [
          element('span', { class: 'glyph', text: status.glyph, attributes: { 'aria-hidden': 'true' } }),
          element('span', { class: 'sr-only', text: status.word }),
        ]),
    element('span', { text: status === null ? cell.text : ` ${cell.text}` }),
  ]);
  if (shade !== null) node.style.setProperty('--shade', `${Math.round(100 * SHADE_MAX * Math.sqrt(shade))}%`);
  return node;
}
