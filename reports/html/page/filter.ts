/**
 * The filter language of the explorer: `axis:precision level:bf16 !status:pass "free text"`.
 *
 * Terms of one key are alternatives; terms of several keys, words, and what is excluded with `!` must all hold. A value may hold `*`.
 * No regular expressions: a filter comes out of a link, and must not be able to hang the page.
 * @module
 */
import { unitIdAt, type UnitTable } from './unit-table.ts';

export interface FilterTerm {
  /** null = a word that is looked for in names, ids and reasons. */
  readonly key: FilterKey | null;
  /** In lower case. */
  readonly value: string;
  readonly negated: boolean;
}

export type FilterKey = (typeof FILTER_KEYS)[number]['key'];

export type ParsedFilter =
  | { readonly kind: 'filter'; readonly terms: readonly FilterTerm[] }
  | { readonly kind: 'problem'; readonly message: string };

/** In the order of the help. */
export const FILTER_KEYS = [
  { key: 'status', what: 'what a comparison came to, see the chips', example: 'status:fail' },
  { key: 'axis', what: 'what is varied; also its first part', example: 'axis:batch-size' },
  { key: 'level', what: 'one setting of it', example: 'level:size-*' },
  { key: 'case', what: 'a case of the unit', example: 'case:math' },
  { key: 'perturbation', what: 'what made the unit', example: 'perturbation:precision' },
  { key: 'unit', what: 'id, or its beginning with *', example: 'unit:u-3fa2*' },
  { key: 'worker', what: 'number of the worker', example: 'worker:1' },
  { key: 'ms', what: 'how long the unit took', example: 'ms:>2000' },
  { key: 'attempts', what: 'how often the unit was tried', example: 'attempts:>1' },
  { key: 'first', what: 'first token that differs', example: 'first:<4' },
] as const;

/** Words of `status:`; letters of the index, or something else about the row. */
export const STATUS_WORDS = [
  { word: 'fail', of: 'status', letter: 'f', glyph: '✗', what: 'equality was owed and is not there' },
  { word: 'error', of: 'status', letter: 'e', glyph: '!', what: 'the unit ended with an error' },
  { word: 'inconclusive', of: 'status', letter: 'i', glyph: '?', what: 'it ran, and nothing can be concluded' },
  { word: 'missing', of: 'status', letter: 'n', glyph: '…', what: 'the unit has no record' },
  { word: 'unsupported', of: 'status', letter: 'u', glyph: '–', what: 'the target cannot do it' },
  { word: 'measured', of: 'status', letter: 'm', glyph: '○', what: 'nothing was owed' },
  { word: 'pass', of: 'status', letter: 'p', glyph: '✓', what: 'equality was owed and is there' },
  { word: 'differs', of: 'result', letter: 'd', glyph: '≠', what: 'tokens or text differ' },
  { word: 'tokens-only', of: 'result', letter: 't', glyph: '≈', what: 'tokens are equal, bits are not' },
  { word: 'text-only', of: 'result', letter: 'x', glyph: '≈', what: 'text is equal; tokens cannot be compared' },
  { word: 'no-bits', of: 'result', letter: 'k', glyph: '=', what: 'tokens are equal; there are no bits to compare' },
  { word: 'equal', of: 'result', letter: 'b', glyph: '=', what: 'every bit is equal' },
  { word: 'retried', of: 'unit', letter: '', glyph: '↻', what: 'the unit or one of its requests was sent again' },
  { word: 'cached', of: 'unit', letter: '', glyph: '⇠', what: 'taken from an earlier run' },
  { word: 'canary', of: 'row', letter: '', glyph: '⚑', what: 'an output holds the canary of another request' },
] as const;

const NUMERIC: ReadonlySet<FilterKey> = new Set<FilterKey>(['worker', 'ms', 'attempts', 'first']);
const NUMBER_VALUE = /^(>=|<=|>|<)?(\d+)$/;

export function parseFilter(text: string): ParsedFilter {
  const terms: FilterTerm[] = [];
  let at = 0;
  const problem = (message: string): ParsedFilter => ({ kind: 'problem', message });
  while (at < text.length) {
    if (/\s/.test(text[at])) {
      at++;
      continue;
    }
    const negated = text[at] === '!';
    if (negated) at++;
    let word = '';
    let key: string | null = null;
    let quoted = false;
    for (; at < text.length && !/\s/.test(text[at]); at++) {
      if (text[at] === '"') {
        const end = text.indexOf('"', at + 1);
        if (end < 0) return problem(`The quote at character ${at + 1} is not closed: add another ".`);
        word += text.slice(at + 1, end);
        quoted = true;
        at = end;
      } else if (text[at] === ':' && key === null && !quoted) {
        key = word;
        word = '';
      } else word += text[at];
    }
    if (word === '') {
      if (key === null && !negated && !quoted) continue;
      return problem(key === null ? '"!" excludes what follows it: write !status:pass.' : `"${key}:" needs a value.`);
    }
    const value = word.toLowerCase();
    const bad = key === null ? null : termProblem(key.toLowerCase(), value);
    if (bad !== null) return problem(bad);
    terms.push({ key: key === null ? null : (key.toLowerCase() as FilterKey), value, negated });
  }
  return { kind: 'filter', terms };
}

function termProblem(key: string, value: string): string | null {
  const known = FILTER_KEYS.find((one) => one.key === key);
  if (known === undefined)
    return `"${key}" is no key. Keys: ${FILTER_KEYS.map((one) => one.key).join(', ')}. Text with a colon goes in quotes.`;
  if (key === 'status' && !STATUS_WORDS.some(({ word }) => word === value))
    return `"${value}" is no status. Statuses: ${STATUS_WORDS.map(({ word }) => word).join(', ')}.`;
  if (NUMERIC.has(known.key) && !NUMBER_VALUE.test(value))
    return `"${key}:" needs a number, for example ${known.example}; got "${value}".`;
  return null;
}

/** As it would be typed. */
export function termText(key: string, value: string): string {
  return `${key}:${/[\s":]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`;
}

export interface FilteredRows {
  /** [rows] 1 = the whole filter holds. */
  readonly matching: Uint8Array;
  /** [rows] 1 = it holds without its terms about status: what the chips count. */
  readonly withoutStatus: Uint8Array;
}

export function filterRows(terms: readonly FilterTerm[], table: UnitTable): FilteredRows {
  const withoutStatus = new Uint8Array(table.rowCount).fill(1);
  const other = terms.filter(({ key }) => key !== 'status');
  narrow(withoutStatus, other, table);
  const matching = withoutStatus.slice();
  narrow(
    matching,
    terms.filter(({ key }) => key === 'status'),
    table,
  );
  return { matching, withoutStatus };
}

function narrow(mask: Uint8Array, terms: readonly FilterTerm[], table: UnitTable): void {
  const wanted = new Map<FilterKey, Uint8Array>();
  for (const term of terms) {
    const found = rowsOf(term, table);
    const { key, negated } = term;
    const before = key === null || negated ? undefined : wanted.get(key);
    if (before !== undefined) for (let row = 0; row < found.length; row++) before[row] |= found[row];
    else if (key !== null && !negated) wanted.set(key, found);
    else for (let row = 0; row < mask.length; row++) mask[row] &= negated ? 1 - found[row] : found[row];
  }
  for (const found of wanted.values()) for (let row = 0; row < mask.length; row++) mask[row] &= found[row];
}

/** [rows] 1 = the term holds, as if it were not negated. */
function rowsOf({ key, value }: FilterTerm, table: UnitTable): Uint8Array {
  const { index, levels } = table;
  const { units } = index;
  const matches = valueMatcher(value);
  switch (key) {
    case null:
      return textRows(value, table);
    case 'status':
      return statusRows(value, table);
    case 'axis':
      return byLevel(
        table,
        levels.map(({ axis }) => matches(axis) || axis.toLowerCase().startsWith(`${value}/`)),
      );
    case 'level':
      return byLevel(
        table,
        levels.map(({ level }) => matches(level)),
      );
    case 'case':
      return byUnit(
        table,
        lookup(
          index.caseSets.map((set) => set.some(matches)),
          units.caseSet,
        ),
      );
    case 'perturbation':
      return byUnit(table, lookup(index.perturbations.map(matches), units.perturbation));
    case 'unit':
      return byUnit(table, (unit) => matches(unitIdAt(table, unit)));
    case 'worker':
      return byUnit(table, numberTest(value, units.lane));
    case 'ms':
      return byUnit(table, numberTest(value, units.durationMs));
    case 'attempts':
      return byUnit(table, numberTest(value, units.attempts));
    case 'first': {
      const holds = numberTest(value, table.rowFirstDiff);
      return Uint8Array.from(table.rowFirstDiff, (first, row) => (first >= 0 && holds(row) ? 1 : 0));
    }
  }
}

function statusRows(value: string, table: UnitTable): Uint8Array {
  const found = new Uint8Array(table.rowCount);
  const word = STATUS_WORDS.find((one) => one.word === value);
  if (word === undefined) return found;
  if (word.word === 'canary') return table.rowCanary.slice();
  if (word.word === 'retried') return table.rowRetried.slice();
  if (word.word === 'cached') return table.rowCached.slice();
  const codes = word.of === 'status' ? table.rowStatus : table.rowResult;
  const code = word.letter.charCodeAt(0);
  for (let row = 0; row < found.length; row++) if (codes[row] === code) found[row] = 1;
  return found;
}

/** How many of the rows each word of `status:` holds for. */
export function statusCounts(counted: Uint8Array, table: UnitTable): ReadonlyMap<string, number> {
  const { rowStatus, rowResult, rowCanary, rowRetried, rowCached } = table;
  const status = new Uint32Array(128);
  const result = new Uint32Array(128);
  let canary = 0;
  let retried = 0;
  let cached = 0;
  for (let row = 0; row < counted.length; row++) {
    if (counted[row] === 0) continue;
    status[rowStatus[row]]++;
    result[rowResult[row]]++;
    canary += rowCanary[row];
    retried += rowRetried[row];
    cached += rowCached[row];
  }
  const others: Readonly<Record<string, number>> = { canary, retried, cached };
  return new Map(
    STATUS_WORDS.map(({ word, of, letter }) => {
      if (letter === '') return [word, others[word]];
      return [word, (of === 'status' ? status : result)[letter.charCodeAt(0)]];
    }),
  );
}

/** In everything that the index knows by name; outputs are not in it. */
function textRows(value: string, table: UnitTable): Uint8Array {
  const { index, levels } = table;
  const { units } = index;
  const has = (text: string): boolean => text.toLowerCase().includes(value);
  const found = byLevel(
    table,
    levels.map(({ axis, level, label }) => has(`${axis} ${level} ${label}`)),
  );
  const inCases = lookup(
    index.caseSets.map((set) => set.some(has)),
    units.caseSet,
  );
  const inPerturbation = lookup(index.perturbations.map(has), units.perturbation);
  const reasons = index.reasons.map(has);
  const inUnit = byUnit(
    table,
    (unit) =>
      inCases(unit) ||
      inPerturbation(unit) ||
      (units.why[unit] >= 0 && reasons[units.why[unit]]) ||
      unitIdAt(table, unit).includes(value),
  );
  for (let row = 0; row < found.length; row++) found[row] |= inUnit[row];
  return found;
}

function byLevel({ rowLevel }: UnitTable, holds: readonly boolean[]): Uint8Array {
  const found = new Uint8Array(rowLevel.length);
  for (let row = 0; row < found.length; row++) if (holds[rowLevel[row]]) found[row] = 1;
  return found;
}

/** Asked once per unit, whose rows stand together. */
function byUnit({ rowUnit }: UnitTable, holds: (unit: number) => boolean): Uint8Array {
  const found = new Uint8Array(rowUnit.length);
  let last = -1;
  let answer = 0;
  for (let row = 0; row < found.length; row++) {
    if (rowUnit[row] !== last) {
      last = rowUnit[row];
      answer = holds(last) ? 1 : 0;
    }
    found[row] = answer;
  }
  return found;
}

const lookup =
  (holds: readonly boolean[], column: readonly number[]) =>
  (unit: number): boolean =>
    holds[column[unit]];

function numberTest(value: string, column: ArrayLike<number>): (at: number) => boolean {
  const [, operator = '', digits = '0'] = NUMBER_VALUE.exec(value) ?? [];
  const bound = Number(digits);
  switch (operator) {
    case '>':
      return (at) => column[at] > bound;
    case '>=':
      return (at) => column[at] >= bound;
    case '<':
      return (at) => column[at] < bound;
    case '<=':
      return (at) => column[at] <= bound;
    default:
      return (at) => column[at] === bound;
  }
}

/** Equal without regard to letter case; `*` stands for any text. Linear in the text: pieces are found from left to right. */
function valueMatcher(value: string): (text: string) => boolean {
  const pieces = value.split('*');
  if (pieces.length === 1) return (text) => text.toLowerCase() === value;
  const [first, ...rest] = pieces;
  const last = rest.pop() ?? '';
  return (text) => {
    const folded = text.toLowerCase();
    if (!folded.startsWith(first) || folded.length < first.length + last.length || !folded.endsWith(last)) return false;
    let from = first.length;
    for (const piece of rest) {
      const found = folded.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return from <= folded.length - last.length;
  };
}
