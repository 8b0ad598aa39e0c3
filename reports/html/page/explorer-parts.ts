/**
 * What the explorer shows around an opened unit: rows, chips, commands, and words about what is in the page.
 * @module
 */
import { element } from './dom.ts';
import { STATUS_WORDS, statusCounts, type FilterTerm } from './filter.ts';
import { caseNames, type UnitTable } from './unit-table.ts';
import { countText, millisecondsText, rowWordsOf } from './unit-words.ts';
import type { View } from '../../view.ts';

/** What is in the page, and what is not. */
export function whatIsHere({ index, unitCount }: UnitTable, { runId }: View): string {
  const { chunks, bytesMax, units } = index;
  const intro =
    'One row is a unit at one of its levels, compared with its reference. Press ? for the filter language and the keys.';
  if (chunks.inside === chunks.all) return intro;
  const withDetails = units.chunk.reduce((total, chunk) => total + (chunk >= 0 ? 1 : 0), 0);
  return `${intro} The page is limited to ${countText(bytesMax)} bytes: it holds the outputs of ${countText(chunks.unitsInside)} of ${countText(unitCount)} units, failures first and then a sample; those of ${countText(withDetails - chunks.unitsInside)} are in the folder data beside this file and are read from there. To have all in one file: evenkeel report ${runId} --report-max-bytes with a larger number.`;
}

export function rowNodes(table: UnitTable, row: number): Node[] {
  const unit = table.rowUnit[row];
  const level = table.levels[table.rowLevel[row]];
  const { units } = table.index;
  const { glyph, status, result } = rowWordsOf(table, row);
  const first = table.rowFirstDiff[row];
  const attempts = units.attempts[unit];
  const cell = (name: string, text: string): HTMLElement => element('span', { class: `col-${name}`, text });
  return [
    element('span', { class: 'col-status' }, [
      element('span', { class: 'glyph', text: glyph, attributes: { 'aria-hidden': 'true' } }),
      element('span', { text: ` ${status}` }),
    ]),
    cell('level', `${level.axis} · ${level.level}`),
    cell('case', caseNames(table, unit).join(', ')),
    cell('result', first < 0 ? result : `${result} at token ${first}`),
    cell('ms', attempts === 0 ? '' : millisecondsText(units.durationMs[unit])),
    cell('again', attempts > 1 ? `↻ ${attempts}` : ''),
  ];
}

export function chipNodes(
  table: UnitTable,
  counted: Uint8Array,
  terms: readonly FilterTerm[],
  toggle: (word: string) => void,
): HTMLElement[] {
  const counts = statusCounts(counted, table);
  const isOn = (word: string, negated: boolean): boolean =>
    terms.some((term) => term.key === 'status' && term.value === word && term.negated === negated);
  return STATUS_WORDS.flatMap(({ word, of, glyph, what }) => {
    const count = counts.get(word) ?? 0;
    const on = isOn(word, false);
    if (count === 0 && !on) return [];
    const chip = element(
      'button',
      {
        class: `unit-chip chip-${of}${on ? ' on' : ''}${isOn(word, true) ? ' off' : ''}`,
        title: what,
        attributes: { type: 'button', 'aria-pressed': String(on) },
      },
      [
        element('span', { class: 'glyph', text: glyph, attributes: { 'aria-hidden': 'true' } }),
        element('span', { text: ` ${word} ` }),
        element('b', { text: countText(count) }),
      ],
    );
    chip.addEventListener('click', () => toggle(word));
    return [chip];
  });
}

export const wordText = (value: string): string => (/[\s":!]/.test(value) ? `"${value.replaceAll('"', '')}"` : value);

/** What runs this comparison again. */
export function commandsOf(
  { banner, runId }: View,
  { index, levels, rowUnit, rowLevel }: UnitTable,
  row: number,
): { readonly what: string; readonly command: string }[] {
  const perturbation = index.perturbations[index.units.perturbation[rowUnit[row]]];
  const again = banner.reproduce.replace(/ --filter \S+/, '');
  return [
    { what: 'Measure again', command: `${again} --filter ${perturbation}` },
    {
      what: 'Find the cause',
      command: `evenkeel diagnose ${runId} --row ${perturbation}:${levels[rowLevel[row]].level}`,
    },
  ];
}

export function anchorOf(
  { matrix }: View,
  { axis, level }: { readonly axis: string; readonly level: string },
): string | null {
  for (const band of matrix)
    for (const one of band.axes)
      if (one.axis === axis) for (const cell of one.cells) if (cell.level === level) return cell.rowId;
  return null;
}
