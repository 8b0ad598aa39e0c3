/**
 * The first screen: verdict, the three reports, and the matrix of axes and levels.
 * @module
 */
import { copyButton, element, statusChip } from './dom.ts';
import { termText } from './filter.ts';
import { hashOfState } from './page-state.ts';
import type { MatrixBand, MatrixCell, ReportCard, View } from '../../view.ts';

export function bannerNode(view: View): HTMLElement {
  const { banner } = view;
  return element('header', { class: `banner is-${banner.status.outcome}` }, [
    element('p', { class: 'eyebrow', text: `evenkeel · ${view.target} · run ${view.runId}` }),
    element('h1', {}, [
      element('span', { class: 'glyph', text: banner.status.glyph, attributes: { 'aria-hidden': 'true' } }),
      element('span', { text: banner.status.word }),
    ]),
    element('p', { class: 'sentence', text: banner.sentence }),
    element('dl', { class: 'facts' }, [
      ...fact('Exit code', `${banner.exitCode} – ${banner.exitMeaning}`),
      ...fact('Policy', [banner.policyName, ...banner.policyBounds].join(' · ')),
      ...fact('Units', banner.units),
      ...fact('Measured', view.createdAt),
    ]),
    element('div', { class: 'reproduce' }, [element('code', { text: banner.reproduce }), copyButton(banner.reproduce)]),
    banner.wouldChange.length === 0
      ? null
      : element('details', { class: 'would-change' }, [
          element('summary', { text: 'What would change the verdict' }),
          element(
            'ul',
            {},
            banner.wouldChange.map((text) => element('li', { text })),
          ),
        ]),
  ]);
}

function fact(name: string, value: string): HTMLElement[] {
  return [element('dt', { text: name }), element('dd', { text: value })];
}

export function cardsNode(cards: readonly ReportCard[]): HTMLElement {
  return element('div', { class: 'cards' }, cards.map(cardNode));
}

function cardNode(card: ReportCard): HTMLElement {
  return element('a', { class: `card is-${card.status.outcome}`, attributes: { href: `#${card.report}` } }, [
    element('div', { class: 'card-head' }, [element('h2', { text: card.title }), statusChip(card.status)]),
    element('p', { class: 'kinds', text: card.kinds }),
    element('p', { class: 'card-figure' }, [
      element('b', { text: card.figure }),
      element('span', { text: card.figureCaption }),
    ]),
    element('p', { class: 'card-summary', text: card.summary }),
  ]);
}

/** Cells lead to their units, where the page has any, else to their row of a table. */
export function matrixNode(bands: readonly MatrixBand[]): HTMLElement {
  return element('section', { class: 'matrix', attributes: { 'aria-label': 'Axes and levels' } }, bands.map(bandNode));
}

function bandNode(band: MatrixBand): HTMLElement {
  return element('div', { class: 'band' }, [
    element('h3', { text: band.title }),
    element(
      'div',
      { class: 'band-axes' },
      band.axes.map((axis) =>
        element('div', { class: 'axis' }, [
          element('span', { class: 'axis-name', text: axis.axis }),
          element(
            'div',
            { class: 'axis-cells' },
            axis.cells.map((cell) =>
              element(
                'a',
                {
                  class: `cell is-${cell.status.outcome}`,
                  title: cell.label,
                  attributes: { href: cellLink(axis.axis, cell) },
                },
                [
                  element('span', { class: 'cell-level', text: cell.level }),
                  element('span', { class: 'cell-value' }, [
                    element('span', { class: 'glyph', text: cell.status.glyph, attributes: { 'aria-hidden': 'true' } }),
                    element('span', { class: 'sr-only', text: cell.status.word }),
                    element('span', { text: ` ${cell.value}` }),
                  ]),
                  element('span', { class: 'cell-n', text: cell.n }),
                  element('span', { class: 'cell-interval', text: cell.interval }),
                ],
              ),
            ),
          ),
        ]),
      ),
    ),
  ]);
}

function cellLink(axis: string, { level, rowId }: MatrixCell): string {
  if (document.getElementById('unit-index') === null) return `#${rowId}`;
  const filter = `${termText('axis', axis)} ${termText('level', level)}`;
  return hashOfState({ filter, unit: null, level: null });
}
