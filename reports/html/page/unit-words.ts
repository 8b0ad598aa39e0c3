/**
 * Words, glyphs and colours of the explorer's rows: never a colour alone.
 * @module
 */
import { element } from './dom.ts';
import { STATUS_WORDS } from './filter.ts';
import type { UnitTable } from './unit-table.ts';

export interface RowWords {
  /** Class of the outcome's colours. */
  readonly outcome: 'pass' | 'fail' | 'inconclusive' | 'incomplete' | 'measured' | 'not-run';
  readonly glyph: string;
  readonly status: string;
  /** How far the outputs are equal; '' = not compared. */
  readonly result: string;
}

const OUTCOMES: Readonly<Record<string, RowWords['outcome']>> = {
  f: 'fail',
  e: 'fail',
  i: 'inconclusive',
  n: 'incomplete',
  u: 'not-run',
  m: 'measured',
  p: 'pass',
};
const RESULTS: Readonly<Record<string, string>> = {
  b: 'bits equal',
  t: 'tokens equal',
  k: 'tokens equal',
  x: 'text equal',
  d: 'differs',
};

export function rowWordsOf({ index }: UnitTable, row: number): RowWords {
  const letter = index.rows.status[row];
  const known = STATUS_WORDS.find((one) => one.of === 'status' && one.letter === letter);
  return {
    outcome: OUTCOMES[letter] ?? 'not-run',
    glyph: known?.glyph ?? '?',
    status: known?.word ?? 'unknown',
    result: RESULTS[index.rows.result[row]] ?? '',
  };
}

export function rowStatusNode({ outcome, glyph, status }: RowWords): HTMLElement {
  return element('span', { class: `chip is-${outcome}` }, [
    element('span', { class: 'glyph', text: glyph, attributes: { 'aria-hidden': 'true' } }),
    element('span', { text: status }),
  ]);
}

/** `0.35 s`, `12 s`, `3 min 5 s`. */
export function millisecondsText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
