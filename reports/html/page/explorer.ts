/**
 * The explorer: every unit of the run at every compared level, filtered, ordered and opened. The filter and what is open are in the address.
 * @module
 */
import { createChunkStore } from './chunk-store.ts';
import { copyButton, element } from './dom.ts';
import { anchorOf, chipNodes, commandsOf, rowNodes, whatIsHere, wordText } from './explorer-parts.ts';
import { filterHelpNode } from './explorer-help.ts';
import { filterRows, parseFilter, termText, type FilterTerm } from './filter.ts';
import { inflate } from './inflate.ts';
import { hashOfState, stateOfHash, type PageState } from './page-state.ts';
import { orderedRows, ROW_ORDERS, type RowOrder } from './row-order.ts';
import { timelineNode } from './timeline.ts';
import { rowOf, unitIdAt, unitTableOf, type UnitTable } from './unit-table.ts';
import { unitDetailNodes, unitHeadNodes } from './unit-view.ts';
import { countText, rowWordsOf } from './unit-words.ts';
import { createVirtualList } from './virtual-list.ts';
import type { UnitIndex } from '../../unit-index.ts';
import type { View } from '../../view.ts';

const TYPING_PAUSE_MS = 60;

/** The head of an opened unit lies in this upper part of the window. */
const IN_SIGHT = 0.6;

/**
 * @param onReady - called when the section has its height
 * @returns the section, filled as soon as the index is inflated; null when the page holds no units
 */
export function explorerNode(view: View, onReady: () => void): HTMLElement | null {
  const packed = document.getElementById('unit-index');
  if (packed === null) return null;
  const section = element('section', { id: 'explorer', class: 'explorer' }, [
    element('h2', { text: 'Units' }),
    element('p', { class: 'what', text: 'Reading the units…' }),
  ]);
  inflate(packed.textContent).then(
    (text) => {
      const table = unitTableOf(JSON.parse(text) as UnitIndex);
      fill(section, table, view);
      onReady();
    },
    (error: unknown) => {
      section.append(
        element('p', { class: 'problem', text: `The units of this page cannot be read: ${String(error)}` }),
      );
    },
  );
  return section;
}

function fill(section: HTMLElement, table: UnitTable, view: View): void {
  const store = createChunkStore();
  let rows: ReturnType<typeof orderedRows> = new Uint32Array(0);
  let order: RowOrder = 'worst';
  let terms: readonly FilterTerm[] = [];
  let opened = -1;

  const search = element('input', {
    class: 'unit-search',
    attributes: {
      type: 'search',
      spellcheck: 'false',
      autocomplete: 'off',
      'aria-label': 'Filter units',
      placeholder: 'axis:precision !status:pass "free text"',
    },
  });
  const problem = element('p', { class: 'problem', attributes: { role: 'alert' } });
  const shown = element('p', { class: 'shown', attributes: { 'aria-live': 'polite' } });
  const chips = element('div', { class: 'unit-chips', attributes: { role: 'group', 'aria-label': 'Statuses' } });
  const detail = element('div', {
    class: 'unit-detail',
    attributes: { tabindex: '-1', 'aria-label': 'Opened unit', role: 'region' },
  });
  detail.hidden = true;
  const help = filterHelpNode();
  const list = createVirtualList({
    label: 'Units',
    idPrefix: 'unit-row',
    row: (place) => ({ nodes: rowNodes(table, rows[place]), class: `is-${rowWordsOf(table, rows[place]).outcome}` }),
    onOpen: (place) => {
      open(rows[place]);
      bringIntoSight();
    },
  });
  const orders = element(
    'select',
    { attributes: { 'aria-label': 'Order' } },
    ROW_ORDERS.map(({ id, name }) => element('option', { text: name, attributes: { value: id } })),
  );
  const helpButton = element('button', {
    class: 'help',
    text: '?',
    title: 'Help (?)',
    attributes: { type: 'button', 'aria-label': 'Help' },
  });
  helpButton.addEventListener('click', () => help.showModal());

  const apply = (): void => {
    const parsed = parseFilter(search.value);
    problem.textContent = parsed.kind === 'problem' ? parsed.message : '';
    search.setAttribute('aria-invalid', String(parsed.kind === 'problem'));
    // a filter that cannot be read leaves the list as it was
    if (parsed.kind === 'problem') return;
    terms = parsed.terms;
    const { matching, withoutStatus } = filterRows(terms, table);
    rows = orderedRows(matching, order, table);
    chips.replaceChildren(...chipNodes(table, withoutStatus, terms, toggle));
    shown.textContent =
      rows.length === table.rowCount
        ? `${countText(table.rowCount)} comparisons of ${countText(table.unitCount)} units`
        : `${countText(rows.length)} of ${countText(table.rowCount)} comparisons`;
    list.show(rows.length);
    list.activate(opened < 0 ? -1 : rows.indexOf(opened));
  };
  const remember = (): void => {
    const state: PageState = {
      filter: search.value.trim(),
      unit: opened < 0 ? null : unitIdAt(table, table.rowUnit[opened]),
      level: opened < 0 ? null : table.levels[table.rowLevel[opened]].level,
    };
    const hash = hashOfState(state);
    // never over a link to something else on the page, which is where the reader is
    if (hash !== '#' || stateOfHash(location.hash) !== null)
      history.replaceState(null, '', hash === '#' ? location.pathname + location.search : hash);
  };
  const setFilter = (text: string): void => {
    search.value = text;
    apply();
    remember();
  };
  const toggle = (word: string): void => {
    const has = terms.some((term) => term.key === 'status' && term.value === word && !term.negated);
    const parts = terms
      .filter((term) => !(term.key === 'status' && term.value === word))
      .map(
        ({ key, value, negated }) => `${negated ? '!' : ''}${key === null ? wordText(value) : termText(key, value)}`,
      );
    setFilter([...parts, ...(has ? [] : [`status:${word}`])].join(' '));
  };
  const close = (): void => {
    opened = -1;
    detail.hidden = true;
    detail.replaceChildren();
    remember();
  };
  const open = (row: number): void => {
    opened = row;
    remember();
    const unit = table.rowUnit[row];
    const level = table.levels[table.rowLevel[row]];
    const unitId = unitIdAt(table, unit);
    const closeButton = element('button', { text: 'Close', title: 'Escape', attributes: { type: 'button' } });
    closeButton.addEventListener('click', () => {
      close();
      list.node.focus();
    });
    const link = copyButton(linkTo({ filter: '', unit: unitId, level: level.level }));
    link.textContent = 'Copy link';
    const body = element('div', { class: 'unit-body' }, [element('p', { class: 'what', text: 'Reading…' })]);
    detail.replaceChildren(
      element('div', { class: 'unit-buttons' }, [link, closeButton]),
      ...unitHeadNodes({
        table,
        row,
        words: rowWordsOf(table, row),
        commands: commandsOf(view, table, row),
        rowAnchor: anchorOf(view, level),
      }),
      body,
    );
    detail.hidden = false;
    const chunk = table.index.units.chunk[unit];
    if (chunk < 0) {
      body.replaceChildren(element('p', { class: 'what', text: 'There are no outputs of this unit.' }));
      return;
    }
    store.unit(chunk, unitId).then(
      (found) => {
        // another row may have been opened meanwhile
        if (opened === row) body.replaceChildren(...unitDetailNodes(found, level.level, level.reference));
      },
      (error: unknown) => {
        if (opened !== row) return;
        const words = error instanceof Error ? error.message : String(error);
        body.replaceChildren(element('p', { class: 'problem', text: words }));
      },
    );
  };
  /** The list at the top, and what is opened below it; nothing moves where that is to be seen already. */
  const bringIntoSight = (): void => {
    const { top } = (detail.hidden ? list.node : detail).getBoundingClientRect();
    if (top >= 0 && top <= innerHeight * IN_SIGHT) return;
    (detail.hidden ? section : list.node).scrollIntoView({ block: 'start', behavior: 'instant' });
  };
  const move = (by: number): void => {
    const before = list.active();
    const place = before < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, before + by));
    if (rows.length === 0) return;
    list.activate(place);
    if (opened >= 0) open(rows[place]);
  };
  const follow = (state: PageState): void => {
    search.value = state.filter;
    apply();
    const row = state.unit === null ? -1 : rowOf(table, state.unit, state.level);
    if (state.unit !== null && row < 0)
      problem.textContent = `The run has no unit ${state.unit}${state.level === null ? '' : ` with a level ${state.level}`}.`;
    if (row >= 0) {
      list.activate(rows.indexOf(row));
      open(row);
    } else if (opened >= 0) close();
    bringIntoSight();
  };

  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      apply();
      remember();
    }, TYPING_PAUSE_MS);
  });
  orders.addEventListener('change', () => {
    order = orders.value as RowOrder;
    apply();
  });
  list.node.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && list.active() >= 0) {
      event.preventDefault();
      open(rows[list.active()]);
      bringIntoSight();
      detail.focus({ preventScroll: true });
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const inField = event.target instanceof HTMLElement && event.target.matches('input,select,textarea');
    if (event.key === 'Escape') {
      if (event.target === search) {
        // the browser would empty the field
        event.preventDefault();
        list.node.focus();
      } else if (opened >= 0) {
        close();
        list.node.focus();
      }
      return;
    }
    if (inField) return;
    if (event.key === '/') search.focus();
    else if (event.key === '?') help.showModal();
    else if (event.key === 'j' || event.key === 'k') {
      if (document.activeElement !== list.node && !detail.contains(document.activeElement)) list.node.focus();
      move(event.key === 'j' ? 1 : -1);
    } else return;
    event.preventDefault();
  });
  addEventListener('hashchange', () => {
    const state = stateOfHash(location.hash);
    if (state !== null) follow(state);
  });

  section.replaceChildren(
    element('div', { class: 'section-head' }, [element('h2', { text: 'Units' }), shown]),
    element('p', { class: 'what', text: whatIsHere(table, view) }),
    element('div', { class: 'explorer-tools' }, [search, orders, helpButton]),
    problem,
    chips,
    list.node,
    element('p', { class: 'print-note', text: 'The list of units is interactive: open the HTML file.' }),
    detail,
    timelineNode(table, (row) => {
      list.activate(rows.indexOf(row));
      open(row);
      bringIntoSight();
    }),
    help,
  );
  apply();
  const state = stateOfHash(location.hash);
  if (state !== null) follow(state);
  section.dataset['ready'] = 'true';
}

const linkTo = (state: PageState): string => `${location.href.replace(/#.*$/, '')}${hashOfState(state)}`;
