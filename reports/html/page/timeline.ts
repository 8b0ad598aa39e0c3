/**
 * The run over time: one bar per unit and worker, failed attempts and waits marked, and the slowest units. What the load was while a unit
 * ran is seen here.
 * @module
 */
import { element } from './dom.ts';
import { timelineTracks, timeScale, type TimelineBar, type TimelineTrack, type TimeScale } from './time-scale.ts';
import { caseNames, unitIdAt, type UnitTable } from './unit-table.ts';
import { countText, millisecondsText } from './unit-words.ts';

const BAR_PX = 13;
const ROW_GAP_PX = 3;
const TRACK_GAP_PX = 6;
const LABEL_PX = 104;
const AXIS_PX = 22;
const TICKS = 6;
/** More are not drawn: nobody can tell them apart. */
const ROWS_MAX = 96;
const SLOWEST = 10;
/** Of the style sheet. */
const COLOURS = 8;

/** @param onOpen - a row of the unit that was chosen */
export function timelineNode(table: UnitTable, onOpen: (row: number) => void): HTMLElement {
  const tracks = timelineTracks(table);
  const head = element('h3', { text: 'Timeline', id: 'timeline' });
  if (tracks.length === 0)
    return element('div', { class: 'timeline' }, [
      head,
      element('p', { class: 'what', text: 'Not recorded: no unit was measured in this run.' }),
    ]);
  const scale = timeScale(tracks);
  const canvas = element('canvas', {
    attributes: {
      role: 'img',
      'aria-label': `Units over time, ${tracks.length} workers; the tables below hold the same in words`,
    },
  });
  const told = element('p', { class: 'timeline-told', text: 'Point at a bar; click it to open the unit.' });
  const rowsLeftOut = Math.max(0, tracks.reduce((total, { rows }) => total + rows.length, 0) - ROWS_MAX);
  const at = (event: MouseEvent): TimelineBar | null => barAt(tracks, scale, canvas, event);
  canvas.addEventListener('mousemove', (event) => {
    const bar = at(event);
    canvas.classList.toggle('over', bar !== null);
    if (bar !== null) told.textContent = barWords(table, bar);
  });
  canvas.addEventListener('click', (event) => {
    const bar = at(event);
    const row = bar === null ? -1 : table.rowUnit.indexOf(bar.unit);
    if (row >= 0) onOpen(row);
  });
  const draw = (): void => drawTimeline(canvas, table, tracks, scale);
  new ResizeObserver(draw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('beforeprint', draw);
  return element('div', { class: 'timeline' }, [
    head,
    element('p', { class: 'what', text: whatWords(table, scale, rowsLeftOut) }),
    legendNode(table),
    element('figure', {}, [canvas, told]),
    element('div', { class: 'timeline-tables' }, [slowestNode(table), workersNode(tracks, scale)]),
  ]);
}

function whatWords({ cachedFrom, index }: UnitTable, { pauses }: TimeScale, rowsLeftOut: number): string {
  const parts = [
    `Time since ${index.beganAt ?? ''}, by worker.`,
    pauses.length === 0
      ? ''
      : `${pauses.length === 1 ? 'A pause' : `${pauses.length} pauses`} of all workers cut short (dotted lines).`,
    cachedFrom.size === 0 ? '' : `${countText(cachedFrom.size)} units were taken from earlier runs and are not drawn.`,
    rowsLeftOut === 0 ? '' : `${rowsLeftOut} more rows are not drawn.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function legendNode({ index, retries }: UnitTable): HTMLElement {
  const entry = (className: string, text: string): HTMLElement =>
    element('li', {}, [
      element('span', { class: `swatch ${className}`, attributes: { 'aria-hidden': 'true' } }),
      element('span', { text }),
    ]);
  return element('ul', { class: 'timeline-legend' }, [
    ...index.perturbations.map((name, at) => entry(`swatch-${at % COLOURS}`, name)),
    ...(retries.size === 0 ? [] : [entry('swatch-failed', 'failed attempt'), entry('swatch-wait', 'wait')]),
  ]);
}

function drawTimeline(
  canvas: HTMLCanvasElement,
  table: UnitTable,
  tracks: readonly TimelineTrack[],
  scale: TimeScale,
): void {
  const places = rowPlaces(tracks);
  const height = places.height + AXIS_PX;
  // of the style sheet, so that setting it does not call the observer again
  canvas.style.height = `${height}px`;
  const width = canvas.clientWidth;
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const colours = Array.from({ length: COLOURS }, (_, i) => colour(`--line-${i}`));
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = 'middle';
  const x = (ms: number): number => LABEL_PX + scale.at(ms) * (width - LABEL_PX - 1);
  drawAxis(context, { scale, width, height, ink: colour('--ink-soft'), rule: colour('--rule') });
  for (const { fromMs, toMs } of scale.pauses) {
    context.strokeStyle = colour('--ink-soft');
    context.setLineDash([2, 3]);
    const middle = (x(fromMs) + x(toMs)) / 2;
    context.strokeRect(middle, 0, 0, places.height);
    context.setLineDash([]);
  }
  const { units } = table.index;
  for (const { bars, y, name } of places.rows) {
    context.fillStyle = colour('--ink-soft');
    context.fillText(name.slice(0, 16), 0, y + BAR_PX / 2);
    for (const { unit, fromMs, toMs } of bars) {
      const left = x(fromMs);
      context.fillStyle = colours[units.perturbation[unit] % COLOURS];
      // neighbours stay apart where there is room for it
      context.fillRect(left, y, Math.max(1, x(toMs) - left - 0.6), BAR_PX);
      let began = fromMs;
      for (const [durationMs, waitMs, reason] of table.retries.get(unit) ?? []) {
        const ended = began + durationMs;
        if (reason >= 0) {
          context.fillStyle = colour('--ink');
          context.fillRect(x(began), y, Math.max(1.5, x(ended) - x(began)), BAR_PX);
        }
        context.fillStyle = colour('--sheet');
        context.fillRect(x(ended), y + 3, Math.max(0, x(ended + waitMs) - x(ended)), BAR_PX - 6);
        began = ended + waitMs;
      }
    }
  }
}

function drawAxis(
  context: CanvasRenderingContext2D,
  { scale, width, height, ink, rule }: { scale: TimeScale; width: number; height: number; ink: string; rule: string },
): void {
  context.lineWidth = 1;
  // with pauses cut out, a regular axis would lie
  const ticks = scale.pauses.length === 0 ? TICKS : 1;
  for (let tick = 0; tick <= ticks; tick++) {
    const place = LABEL_PX + (tick / ticks) * (width - LABEL_PX - 1);
    context.strokeStyle = rule;
    context.beginPath();
    context.moveTo(place, 0);
    context.lineTo(place, height - AXIS_PX + 4);
    context.stroke();
    context.fillStyle = ink;
    context.textAlign = tick === 0 ? 'left' : tick === ticks ? 'right' : 'center';
    if (scale.pauses.length === 0)
      context.fillText(millisecondsText((scale.shownMs * tick) / ticks), place, height - AXIS_PX / 2 + 2);
  }
  context.textAlign = 'left';
}

interface RowPlace {
  readonly bars: readonly TimelineBar[];
  readonly y: number;
  readonly name: string;
}

function rowPlaces(tracks: readonly TimelineTrack[]): { readonly rows: readonly RowPlace[]; readonly height: number } {
  const rows: RowPlace[] = [];
  let y = 2;
  for (const track of tracks) {
    for (const [at, bars] of track.rows.entries()) {
      if (rows.length === ROWS_MAX) return { rows, height: y };
      rows.push({ bars, y, name: at === 0 ? track.name : '' });
      y += BAR_PX + ROW_GAP_PX;
    }
    y += TRACK_GAP_PX;
  }
  return { rows, height: y };
}

function barAt(
  tracks: readonly TimelineTrack[],
  scale: TimeScale,
  canvas: HTMLCanvasElement,
  event: MouseEvent,
): TimelineBar | null {
  const { left, top, width } = canvas.getBoundingClientRect();
  const y = event.clientY - top;
  const share = (event.clientX - left - LABEL_PX) / (width - LABEL_PX - 1);
  const slack = 2 / width;
  const row = rowPlaces(tracks).rows.find((one) => y >= one.y && y <= one.y + BAR_PX);
  return (
    row?.bars.find(({ fromMs, toMs }) => scale.at(fromMs) - slack <= share && share <= scale.at(toMs) + slack) ?? null
  );
}

function barWords(table: UnitTable, { unit }: TimelineBar): string {
  const { units, perturbations } = table.index;
  const again = table.requestRetries.get(unit);
  const parts = [
    unitIdAt(table, unit),
    perturbations[units.perturbation[unit]],
    caseNames(table, unit).join(', '),
    millisecondsText(units.durationMs[unit]),
    `begun at ${millisecondsText(units.startMs[unit])}`,
    units.attempts[unit] > 1 ? `${units.attempts[unit]} attempts` : '',
    again === undefined ? '' : `${again[0]} requests sent again, ${again[1]} answers with status 429`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function slowestNode(table: UnitTable): HTMLElement {
  const { units, perturbations } = table.index;
  const slowest = Array.from({ length: table.unitCount }, (_, unit) => unit)
    .filter((unit) => units.startMs[unit] >= 0)
    .sort((a, b) => units.durationMs[b] - units.durationMs[a] || a - b)
    .slice(0, SLOWEST);
  return timelineTable(
    'Slowest units',
    ['Unit', 'Perturbation', 'Cases', 'Time', 'Attempts'],
    slowest.map((unit) => [
      element('a', { text: unitIdAt(table, unit), attributes: { href: `#unit=${unitIdAt(table, unit)}` } }),
      perturbations[units.perturbation[unit]],
      fewNames(caseNames(table, unit)),
      millisecondsText(units.durationMs[unit]),
      String(units.attempts[unit]),
    ]),
  );
}

/** The first two, and how many more. */
const fewNames = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;

function workersNode(tracks: readonly TimelineTrack[], { shownMs }: TimeScale): HTMLElement {
  return timelineTable(
    'Workers',
    ['Worker', 'Units', 'Busy', 'Share of the time', 'Units retried', 'Status 429'],
    tracks.map(({ name, units, busyMs, retried, throttled }) => [
      name,
      countText(units),
      millisecondsText(busyMs),
      `${Math.round((100 * busyMs) / shownMs)} %`,
      countText(retried),
      countText(throttled),
    ]),
  );
}

function timelineTable(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLElement {
  return element('div', { class: 'table-frame', attributes: { tabindex: '0', role: 'group', 'aria-label': title } }, [
    element('table', {}, [
      element('caption', { text: title }),
      element('thead', {}, [
        element(
          'tr',
          {},
          heads.map((text) => element('th', { text, attributes: { scope: 'col' } })),
        ),
      ]),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element(
            'tr',
            {},
            row.map((cell) => (typeof cell === 'string' ? element('td', { text: cell }) : element('td', {}, [cell]))),
          ),
        ),
      ),
    ]),
  ]);
}
