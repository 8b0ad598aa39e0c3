/**
 * The fault bench as one offline page: what was found of each seeded fault, with everything that is shown and with what any server
 * returns; which controls were flagged; what did not run. Nothing on it runs.
 * @module
 */
import type { FaultBench, StoredControlScore, StoredFaultScore } from '../../harness/schema/index.ts';
import { staticPage, staticTable } from '../html/index.ts';
import { element, type Markup } from '../markup.ts';
import { count, counted, duration, percent } from '../number-format.ts';
import type { Outcome } from '../view.ts';
import { statusOf } from '../view-model/index.ts';
import { visibleText } from '../visible-text.ts';

const STYLE = `
.page-title{font-size:30px;margin:26px 0 4px}
td{vertical-align:middle}td:first-child{font-weight:600;white-space:nowrap}.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
svg{display:block}.rest{fill:var(--rule)}.white{fill:var(--series-equal)}.black{fill:var(--series-owed)}.idle{fill:var(--series-unknown)}
.key{display:inline-flex;gap:6px;align-items:center;margin-right:18px;font-size:13px;color:var(--ink-soft)}
`;

export function renderFaultBenchHtml(bench: FaultBench): string {
  return staticPage({ title: `Fault bench: ${bench.outcome} – evenkeel`, style: STYLE, body: bodyOf(bench) }).html;
}

function bodyOf(bench: FaultBench): Markup[] {
  const { faults, controls, notRun, unclean, seeds, ms, reason, outcome } = bench;
  return [
    element(
      'main',
      {},
      element(
        'header',
        { class: `banner is-${outcome}` },
        element('p', { class: 'eyebrow' }, 'evenkeel · fault bench'),
        element(
          'h1',
          {},
          element('span', { class: 'glyph', 'aria-hidden': 'true' }, statusOf(outcome).glyph),
          element('span', {}, outcome.toUpperCase()),
        ),
        element('p', { class: 'sentence' }, visibleText(reason)),
        element(
          'dl',
          { class: 'facts' },
          ...fact('Faults', `${count(faults.length)}, on ${counted(seeds, 'seed')} each`),
          ...fact('Found', foundText(faults)),
          ...fact('Named rightly', `${count(sum(faults, 'localised'))} of ${count(sum(faults, 'detected'))}`),
          ...fact('False alarms', alarmText(controls)),
          ...fact('Time', duration(ms)),
        ),
      ),
      element(
        'p',
        { class: 'what' },
        'Each fault is another part in the engine, put there from outside; the harness does not know which. A fault whose line never ran in a trial is idle there: neither found nor missed. Core faults fail the bench when they are missed in more than one of 20 seeds.',
      ),
      faultSection(faults),
      controlSection(bench),
      ...(unclean.length === 0 ? [] : [uncleanSection(unclean)]),
      ...(notRun.length === 0 ? [] : [notRunSection(notRun)]),
    ),
    element('footer', {}, 'Every number is of trials that were run.'),
  ];
}

const fact = (name: string, value: string): Markup[] => [element('dt', {}, name), element('dd', {}, value)];

const sum = (faults: readonly StoredFaultScore[], of: 'detected' | 'localised' | 'seeded' | 'notActivated'): number =>
  faults.reduce((total, fault) => total + fault[of], 0);

function foundText(faults: readonly StoredFaultScore[]): string {
  const active = sum(faults, 'seeded') - sum(faults, 'notActivated');
  const black = faults.reduce((total, fault) => total + fault.black, 0);
  return `${count(sum(faults, 'detected'))} of ${count(active)} trials; with what any server returns alone in ${count(black)}`;
}

function alarmText(controls: readonly StoredControlScore[]): string {
  const runs = controls.reduce((total, control) => total + control.runs, 0);
  const alarms = controls.reduce((total, control) => total + control.alarms, 0);
  return `${count(alarms)} in ${counted(runs, 'clean run')}`;
}

const section = (id: string, title: string, ...content: readonly Markup[]): Markup =>
  element('section', { id }, element('h2', {}, title), ...content);

const BAR_WIDTH = 120;

/** How many of the seeds: the longer bar with everything that is shown, the shorter with what any server returns. */
function bar({ seeded, notActivated, detected, black }: StoredFaultScore): Markup {
  const width = (trials: number): number => (seeded === 0 ? 0 : Math.round((BAR_WIDTH * trials) / seeded));
  const idle = width(notActivated);
  return element(
    'svg',
    { width: BAR_WIDTH, height: 14, viewBox: `0 0 ${BAR_WIDTH} 14`, 'aria-hidden': 'true' },
    element('rect', { class: 'rest', x: 0, y: 0, width: BAR_WIDTH, height: 14 }),
    element('rect', { class: 'white', x: 0, y: 0, width: width(detected), height: 8 }),
    element('rect', { class: 'black', x: 0, y: 9, width: width(black), height: 5 }),
    element('rect', { class: 'idle', x: BAR_WIDTH - idle, y: 0, width: idle, height: 14 }),
  );
}

const key = (role: string, text: string): Markup =>
  element(
    'span',
    { class: 'key' },
    element(
      'svg',
      { width: 14, height: 10, 'aria-hidden': 'true' },
      element('rect', { class: role, width: 14, height: 10 }),
    ),
    element('span', {}, text),
  );

/** Worst first: what a reader looks for. */
function faultSection(faults: readonly StoredFaultScore[]): Markup {
  const RANK = { missed: 0, inconclusive: 1, found: 2 } as const;
  const ordered = faults.toSorted((a, b) => RANK[a.outcome] - RANK[b.outcome]);
  return section(
    'faults',
    'Seeded faults',
    element(
      'p',
      {},
      key('white', 'found with everything that the engine shows'),
      key('black', 'found with what any server returns'),
      key('idle', 'idle'),
    ),
    tableOf(
      ['Fault', 'Name', 'Suite', 'Outcome', 'Of the seeds', 'Found', 'Any server', 'Named rightly', 'Time of a trial'],
      ordered.map((fault) => {
        const active = fault.seeded - fault.notActivated;
        return [
          `${fault.id}${fault.core ? ' (core)' : ''}`,
          fault.name,
          fault.suite,
          chip(
            fault.outcome === 'found' ? 'pass' : fault.outcome === 'missed' ? 'fail' : 'inconclusive',
            fault.outcome,
          ),
          bar(fault),
          `${count(fault.detected)}/${count(active)}`,
          `${count(fault.black)}/${count(active)}`,
          `${count(fault.localised)}/${count(fault.detected)}`,
          fault.seeded === 0 ? '–' : duration(fault.ms / fault.seeded),
        ];
      }),
      [5, 6, 7, 8],
    ),
  );
}

function controlSection({ controls, alpha }: FaultBench): Markup {
  return section(
    'controls',
    'Controls: changes that break no promise',
    element('p', { class: 'what' }, `A control is flagged when its alarms are more than a rate of ${alpha} explains.`),
    tableOf(
      ['Control', 'Change', 'Outcome', 'Alarms', 'Rate below (95 %)'],
      controls.map(({ id, title, runs, alarms, rateHigh, outcome }) => [
        id,
        title,
        chip(outcome === 'silent' ? 'pass' : 'fail', outcome),
        `${count(alarms)}/${count(runs)}`,
        percent(rateHigh),
      ]),
      [3, 4],
    ),
  );
}

const uncleanSection = (unclean: FaultBench['unclean']): Markup =>
  section(
    'unclean',
    'Protocols that the unchanged engine did not pass',
    tableOf(
      ['Protocol', 'Seed', 'Why'],
      unclean.map(({ protocol, seed, why }) => [protocol, seed, why]),
    ),
  );

const notRunSection = (notRun: FaultBench['notRun']): Markup =>
  section(
    'not-run',
    'Not run, and why',
    tableOf(
      ['Id', 'Name', 'Why'],
      notRun.map(({ id, name, why }) => [id, name, why]),
    ),
  );

const chip = (outcome: Outcome, word: string): Markup =>
  element(
    'span',
    { class: `chip is-${outcome}` },
    element('span', { class: 'glyph', 'aria-hidden': 'true' }, statusOf(outcome).glyph),
    element('span', {}, word.toUpperCase()),
  );

function tableOf(
  columns: readonly string[],
  rows: readonly (readonly (Markup | string)[])[],
  numbers: readonly number[] = [],
): Markup {
  const cell = (content: Markup | string, at: number): Markup =>
    element(
      'td',
      numbers.includes(at) ? { class: 'num' } : {},
      typeof content === 'string' ? visibleText(content) : content,
    );
  return staticTable({ columns, rows: rows.map((row) => row.map(cell)), numbers });
}
