/**
 * A list of any length of which only the rows in sight are elements. A listbox: the list has the focus, one row is active.
 * @module
 */
import { element } from './dom.ts';

/** Of the style sheet: rows have one height, so that places are a product. */
const ROW_PX = 34;
const OVERSCAN = 6;
const ROWS_MIN = 3;

export interface VirtualList {
  readonly node: HTMLElement;
  /** Shows other rows; the active place is kept where it still exists. */
  show(count: number): void;
  /** Makes a place active and brings it into sight; -1 = none. */
  activate(place: number): void;
  readonly active: () => number;
  /** Draws the rows in sight again. */
  redraw(): void;
}

export interface VirtualListParts {
  readonly label: string;
  readonly idPrefix: string;
  /** The content of a row. */
  readonly row: (place: number) => { readonly nodes: readonly Node[]; readonly class: string };
  readonly onOpen: (place: number) => void;
}

export function createVirtualList({ label, idPrefix, row, onOpen }: VirtualListParts): VirtualList {
  const space = element('div', { class: 'list-space', attributes: { role: 'presentation' } });
  const node = element(
    'div',
    { class: 'unit-list', attributes: { role: 'listbox', tabindex: '0', 'aria-label': label } },
    [space],
  );
  let count = 0;
  let active = -1;
  let scheduled = false;

  const draw = (): void => {
    scheduled = false;
    const from = Math.max(0, Math.floor(node.scrollTop / ROW_PX) - OVERSCAN);
    const to = Math.min(count, Math.ceil((node.scrollTop + node.clientHeight) / ROW_PX) + OVERSCAN);
    const rows: HTMLElement[] = [];
    for (let place = from; place < to; place++) rows.push(rowNode(place));
    space.replaceChildren(...rows);
    if (active >= from && active < to) node.setAttribute('aria-activedescendant', `${idPrefix}-${active}`);
    else node.removeAttribute('aria-activedescendant');
  };
  const rowNode = (place: number): HTMLElement => {
    const content = row(place);
    const option = element(
      'div',
      {
        id: `${idPrefix}-${place}`,
        class: `unit-row ${content.class}${place === active ? ' active' : ''}`,
        attributes: {
          role: 'option',
          'aria-selected': String(place === active),
          'aria-posinset': String(place + 1),
          'aria-setsize': String(count),
        },
      },
      content.nodes,
    );
    option.style.top = `${place * ROW_PX}px`;
    option.addEventListener('click', () => {
      activate(place);
      onOpen(place);
    });
    return option;
  };
  const activate = (place: number): void => {
    active = Math.min(place, count - 1);
    if (active >= 0) {
      const top = active * ROW_PX;
      if (top < node.scrollTop) node.scrollTop = top;
      else if (top + ROW_PX > node.scrollTop + node.clientHeight) node.scrollTop = top + ROW_PX - node.clientHeight;
    }
    draw();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(draw);
  };
  node.addEventListener('scroll', schedule, { passive: true });
  addEventListener('resize', schedule);
  node.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(node.clientHeight / ROW_PX) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: Math.max(0, active - 1),
      PageDown: active + page,
      PageUp: Math.max(0, active - page),
      Home: 0,
      End: count - 1,
    };
    const target = steps[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    activate(target);
  });
  return {
    node,
    show: (rows) => {
      count = rows;
      space.style.height = `${rows * ROW_PX}px`;
      // no taller than its rows; a list without any still says so
      node.style.maxHeight = `${Math.max(ROWS_MIN, rows) * ROW_PX + 2}px`;
      node.classList.toggle('empty', rows === 0);
      node.scrollTop = 0;
      active = -1;
      draw();
    },
    activate,
    active: () => active,
    redraw: draw,
  };
}
