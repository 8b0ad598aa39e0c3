/**
 * Builds the page from the inlined view. No network, no storage; everything shown is text from the view.
 * @module
 */
import { redrawCharts } from './charts.ts';
import { element } from './dom.ts';
import { explorerNode } from './explorer.ts';
import { bannerNode, cardsNode, matrixNode } from './first-screen.ts';
import { stateOfHash } from './page-state.ts';
import { checksNode, divergencesNode, recordNodes, sectionNode } from './tables.ts';
import type { View } from '../../view.ts';

const LINKS = [
  ['determinism', 'Determinism'],
  ['drift', 'Drift'],
  ['leakage', 'Leakage'],
  ['cache-timing', 'Cache timing'],
  ['baseline', 'Against the baseline'],
  ['diagnosis', 'Diagnosis'],
  ['profile', 'Profile'],
  ['explorer', 'Units'],
  ['divergences', 'Outputs'],
  ['checks', 'Checks'],
  ['invariants', 'Invariants'],
  ['serving-card', 'Serving card'],
  ['words', 'How to read this'],
] as const;

function build(view: View): void {
  const main = element('main', {}, [
    bannerNode(view),
    cardsNode(view.cards),
    matrixNode(view.matrix),
    ...view.sections.map(sectionNode),
    // what a link names below it has moved
    explorerNode(view, reveal),
    divergencesNode(view.divergences),
    checksNode(view),
    ...recordNodes(view),
  ]);
  const links = LINKS.filter(([id]) => main.querySelector(`#${id}`) !== null);
  const nav = element(
    'nav',
    { attributes: { 'aria-label': 'Sections' } },
    links.map(([id, text]) => element('a', { text, attributes: { href: `#${id}` } })),
  );
  document.body.append(nav, main, element('footer', { text: `evenkeel ${view.evenkeelVersion} · run ${view.runId}` }));
}

/** A link to a row opens the group or details that hide it. */
function reveal(): void {
  if (stateOfHash(location.hash) !== null) return;
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  target.closest('.collapsed')?.classList.remove('collapsed');
  const details = target.closest('details');
  if (details !== null) details.open = true;
  target.scrollIntoView({ block: 'center' });
}

const data = document.getElementById('view');
if (data === null) throw new Error('the page holds no view');
build(JSON.parse(data.textContent) as View);
addEventListener('hashchange', reveal);
addEventListener('beforeprint', redrawCharts);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
reveal();
