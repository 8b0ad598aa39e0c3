/**
 * Tables: one section per report, paired texts, checks, units, serving card, words.
 * @module
 */
import { figureNode } from './charts.ts';
import { element, statusChip } from './dom.ts';
import { downloadButtons, sheetOf, type Sheet } from './sheet.ts';
import type { Cell, DivergenceGroup, NamedValue, RowGroup, Section, SplitText, Table, View } from '../../view.ts';

export function sectionNode(section: Section): HTMLElement {
  return element('section', { id: section.report, class: 'report' }, [
    element('div', { class: 'section-head' }, [element('h2', { text: section.title }), statusChip(section.status)]),
    element('p', { class: 'headline', text: section.headline }),
    element('p', { class: 'what', text: section.what }),
    section.tiles.length === 0
      ? null
      : element(
          'div',
          { class: 'tiles' },
          section.tiles.map((tile) =>
            element('div', { class: `tile is-${tile.status.outcome}` }, [
              element('b', { text: tile.value }),
              element('span', { text: tile.caption }),
            ]),
          ),
        ),
    tableNode(section.table),
    element('div', { class: 'figures' }, section.figures.map(figureNode)),
    factsNode(section),
    section.evidence.length === 0
      ? null
      : element('details', {}, [
          element('summary', { text: 'Evidence that the paths ran (counters, least over units)' }),
          plainTable(
            `${section.report}-evidence`,
            ['Level', 'Counters'],
            section.evidence.map((e) => [e.place, e.counters]),
          ),
        ]),
  ]);
}

/** More facts than these are folded away. */
const FACTS_OPEN_MAX = 6;

function factsNode({ report, facts }: Section): HTMLElement | null {
  if (facts.length === 0) return null;
  const open: Record<string, string> = facts.length <= FACTS_OPEN_MAX ? { open: '' } : {};
  return element('details', { attributes: open }, [
    element('summary', { text: `Also measured (${facts.length})` }),
    plainTable(
      `${report}-facts`,
      ['Also measured', 'Result'],
      facts.map(({ name, value }) => [name, value]),
    ),
  ]);
}

/** A table that scrolls by itself, with its downloads. */
function frameOf(label: string, sheet: Sheet, table: HTMLElement): HTMLElement {
  return element('div', { class: 'framed' }, [
    element('div', { class: 'table-frame', attributes: { tabindex: '0', role: 'group', 'aria-label': label } }, [
      table,
    ]),
    downloadButtons(sheet),
  ]);
}

function tableNode(table: Table): HTMLElement {
  const head = element('thead', {}, [
    element('tr', {}, [
      element('th', { text: 'Outcome', attributes: { scope: 'col' } }),
      ...table.columns.map((c) =>
        element('th', { class: c.align, text: c.title, title: c.help, attributes: { scope: 'col' } }),
      ),
    ]),
  ]);
  const width = String(table.columns.length + 1);
  const bodies = table.groups.map((group) => groupNode(group, table, width));
  return frameOf(
    table.caption,
    sheetOf(table),
    element('table', { id: table.id }, [element('caption', { text: table.caption }), head, ...bodies]),
  );
}

function groupNode(group: RowGroup, table: Table, width: string): HTMLElement {
  const rows = group.rows.flatMap((row) => [
    element('tr', { id: row.id, class: `row is-${row.status.outcome}` }, [
      element('td', {}, [statusChip(row.status)]),
      ...row.cells.map((cell, i) => cellNode(cell, table.columns[i].align)),
    ]),
    ...row.notes.map((note) =>
      element('tr', { class: 'note' }, [element('td'), element('td', { text: note, attributes: { colspan: width } })]),
    ),
  ]);
  const body = element('tbody', { class: group.collapsed ? 'collapsed' : '' });
  const title = element('th', { class: 'group', attributes: { colspan: width, scope: 'rowgroup' } }, [
    element('span', { text: group.title }),
    group.note === '' ? null : element('span', { class: 'group-note', text: group.note }),
  ]);
  if (group.collapsed) {
    const button = element('button', { text: `Show ${group.rows.length}`, attributes: { type: 'button' } });
    button.addEventListener('click', () => {
      body.classList.remove('collapsed');
      button.remove();
    });
    title.append(button);
  }
  body.append(element('tr', { class: 'group-head' }, [title]), ...rows);
  return body;
}

function cellNode(cell: Cell, align: 'start' | 'end'): HTMLElement {
  return element('td', { class: `${align}${cell.marked ? ' marked' : ''}` }, [
    element('span', { text: cell.text }),
    // a line for each: an interval and its bound side by side would push the last columns out of sight
    ...(cell.sub === '' ? [] : cell.sub.split(/(?<=;) /).map((text) => element('span', { class: 'sub', text }))),
  ]);
}

function plainTable(name: string, columns: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const head = element(
    'tr',
    {},
    columns.map((text) => element('th', { text, attributes: { scope: 'col' } })),
  );
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      row.map((text) => element('td', { text })),
    ),
  );
  return frameOf(
    columns.join(', '),
    { name, columns, rows },
    element('table', {}, [element('thead', {}, [head]), element('tbody', {}, body)]),
  );
}

export function divergencesNode(groups: readonly DivergenceGroup[]): HTMLElement | null {
  if (groups.length === 0) return null;
  return element('section', { id: 'divergences' }, [
    element('h2', { text: 'Where outputs part' }),
    element('p', {
      class: 'what',
      text: 'Reference on the left, level on the right; the first difference is marked. Model text is shown as text.',
    }),
    ...groups.map(divergenceNode),
  ]);
}

function divergenceNode(group: DivergenceGroup): HTMLElement {
  return element('details', group.owed ? { attributes: { open: '' } } : {}, [
    element('summary', {}, [
      statusChip(group.status),
      element('span', { text: ` ${group.title} – ${group.label} (${group.pairs.length})` }),
    ]),
    ...group.pairs.map((pair) =>
      element('div', { class: 'pair' }, [
        element('p', { class: 'pair-head', text: `${pair.requestId} · ${pair.where} · ${pair.unitId}` }),
        element('div', { class: 'pair-texts' }, [splitText(pair.reference), splitText(pair.level)]),
      ]),
    ),
  ]);
}

function splitText(text: SplitText): HTMLElement {
  return element('pre', {}, [
    document.createTextNode(text.same),
    text.first === '' ? null : element('mark', { text: text.first }),
    document.createTextNode(text.rest),
  ]);
}

export function checksNode(view: View): HTMLElement {
  const rows = view.checks.map((check) =>
    element('tr', { class: `is-${check.status.outcome}` }, [
      element('td', {}, [statusChip(check.status)]),
      element('td', { text: check.report }),
      element('td', { text: check.place }),
      element('td', { text: check.rule }),
      element('td', { text: check.observed }),
      element('td', { text: check.pValue }),
      element('td', { text: check.reason }),
      element('td', { text: check.needed }),
    ]),
  );
  const columns = ['Outcome', 'Report', 'Axis and level', 'Rule', 'Observed', 'p-value', 'Why', 'Comparisons needed'];
  const head = element(
    'tr',
    {},
    columns.map((text) => element('th', { text, attributes: { scope: 'col' } })),
  );
  const sheet = {
    name: 'checks',
    columns,
    rows: view.checks.map((c) => [c.status.word, c.report, c.place, c.rule, c.observed, c.pValue, c.reason, c.needed]),
  };
  return element('section', { id: 'checks' }, [
    element('h2', { text: 'Checks of the policy' }),
    element('p', { class: 'what', text: [view.banner.policyName, ...view.banner.policyBounds].join(' · ') }),
    frameOf('Checks', sheet, element('table', {}, [element('thead', {}, [head]), element('tbody', {}, rows)])),
    view.waivers.length === 0
      ? null
      : plainTable(
          'waivers',
          ['Waived', 'Owner', 'Until', 'State', 'Reason'],
          view.waivers.map((w) => [w.place, w.owner, w.expires, w.state, w.reason]),
        ),
  ]);
}

export function recordNodes(view: View): HTMLElement[] {
  const { units } = view;
  return [
    ...(view.invariants.length === 0
      ? []
      : [
          element('section', { id: 'invariants' }, [
            element('h2', { text: 'What each knob leaves of an output' }),
            element('p', {
              class: 'what',
              text: 'The strongest equality that was measured at every level of a knob: what a user of this configuration may rely on, and what has to be held constant.',
            }),
            plainTable(
              'invariants',
              ['Knob', 'Leaves'],
              view.invariants.map(({ name, value }) => [name, value]),
            ),
          ]),
        ]),
    element('section', { id: 'units' }, [
      element('h2', { text: 'What ran' }),
      nameTable(units.facts),
      plainTable(
        'units-by-perturbation',
        ['Perturbation', 'Units planned', 'Observed', 'Requests', 'Time'],
        units.coverage.map((c) => [c.perturbation, c.planned, c.observed, c.requests, c.time]),
      ),
      units.missing.length === 0
        ? null
        : plainTable(
            'units-without-result',
            ['Unit without a result', 'Perturbation', 'Why'],
            units.missing.map((m) => [m.unitId, m.perturbation, m.why]),
          ),
    ]),
    element('section', { id: 'serving-card' }, [
      element('h2', { text: 'Serving card' }),
      element(
        'dl',
        { class: 'names' },
        view.servingCard.flatMap((line) => [
          element('dt', {}, [
            element('span', { text: line.name }),
            element('span', { class: `source source-${line.source}`, text: line.source }),
          ]),
          element('dd', { text: line.value }),
        ]),
      ),
      nameTable(view.capabilities),
    ]),
    element('section', { id: 'manifest' }, [element('h2', { text: 'Manifest' }), nameTable(view.manifest)]),
    element('section', { id: 'words' }, [
      element('h2', { text: 'How to read this' }),
      element(
        'dl',
        { class: 'names' },
        view.words.flatMap(({ word, meaning }) => [element('dt', { text: word }), element('dd', { text: meaning })]),
      ),
    ]),
  ];
}

function nameTable(values: readonly NamedValue[]): HTMLElement {
  return element(
    'dl',
    { class: 'names' },
    values.flatMap(({ name, value }) => [element('dt', { text: name }), element('dd', { text: value })]),
  );
}
