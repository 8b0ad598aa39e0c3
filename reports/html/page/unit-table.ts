/**
 * The index of the run's units as the page uses it: rows (a unit at a compared level) with their columns.
 * @module
 */
import type { AttemptTuple, IndexedLevel, UnitIndex } from '../../unit-index.ts';

export interface UnitTable {
  readonly index: UnitIndex;
  readonly unitCount: number;
  readonly rowCount: number;
  /** Every compared level of the run, once. */
  readonly levels: readonly IndexedLevel[];
  /** [rows] unit of a row. */
  readonly rowUnit: Uint32Array;
  /** [rows] index in `levels`. */
  readonly rowLevel: Uint32Array;
  /** [rows] first produced token that differs; -1 = none. */
  readonly rowFirstDiff: Int32Array;
  /** [rows] code of the letter of its status, of its result. */
  readonly rowStatus: Uint8Array;
  readonly rowResult: Uint8Array;
  /** [rows] 1 = holds another request's canary; its unit or a request of it was sent again; its unit is of an earlier run. */
  readonly rowCanary: Uint8Array;
  readonly rowRetried: Uint8Array;
  readonly rowCached: Uint8Array;
  readonly retries: ReadonlyMap<number, readonly AttemptTuple[]>;
  /** By unit: requests that were sent again, and answers with status 429. */
  readonly requestRetries: ReadonlyMap<number, readonly [retries: number, throttled: number]>;
  /** By unit: the run that it was taken from. */
  readonly cachedFrom: ReadonlyMap<number, string>;
}

const ID_DIGITS = 16;

export function unitTableOf(index: UnitIndex): UnitTable {
  const { units, rows } = index;
  const unitCount = units.levelSet.length;
  const rowCount = rows.status.length;
  const levels: IndexedLevel[] = [];
  const known = new Map<string, number>();
  const levelNumbers = index.levelSets.map((set) =>
    set.map((level) => {
      const key = JSON.stringify(level);
      const at = known.get(key) ?? levels.push(level) - 1;
      known.set(key, at);
      return at;
    }),
  );
  const rowUnit = new Uint32Array(rowCount);
  const rowLevel = new Uint32Array(rowCount);
  let row = 0;
  for (let unit = 0; unit < unitCount; unit++)
    for (const level of levelNumbers[units.levelSet[unit]]) {
      rowUnit[row] = unit;
      rowLevel[row] = level;
      row++;
    }
  const rowFirstDiff = new Int32Array(rowCount).fill(-1);
  for (const [at, token] of rows.firstTokenDiff) rowFirstDiff[at] = token;
  const rowCanary = new Uint8Array(rowCount);
  for (const at of rows.foreignCanary) rowCanary[at] = 1;
  const retries = new Map(index.retries);
  const requestRetries = new Map(
    index.requestRetries.map(([unit, again, throttled]) => [unit, [again, throttled] as const]),
  );
  const cachedFrom = new Map(index.cached.map(([unit, source]) => [unit, index.sources[source]]));
  return {
    index,
    unitCount,
    rowCount,
    levels,
    rowUnit,
    rowLevel,
    rowFirstDiff,
    rowStatus: codesOf(rows.status),
    rowResult: codesOf(rows.result),
    rowCanary,
    rowRetried: Uint8Array.from(rowUnit, (unit) => (retries.has(unit) || requestRetries.has(unit) ? 1 : 0)),
    rowCached: Uint8Array.from(rowUnit, (unit) => (cachedFrom.has(unit) ? 1 : 0)),
    retries,
    requestRetries,
    cachedFrom,
  };
}

function codesOf(letters: string): Uint8Array {
  const codes = new Uint8Array(letters.length);
  for (let i = 0; i < codes.length; i++) codes[i] = letters.charCodeAt(i);
  return codes;
}

/** `u-` and 16 digits. */
export function unitIdAt({ index }: UnitTable, unit: number): string {
  return `u-${index.units.ids.slice(unit * ID_DIGITS, (unit + 1) * ID_DIGITS)}`;
}

/** The unit's row at a level; at its first one where no level is named. -1 = the run has none. */
export function rowOf(table: UnitTable, unitId: string, level: string | null): number {
  for (let row = 0; row < table.rowCount; row++) {
    const isLevel = level === null || table.levels[table.rowLevel[row]].level === level;
    if (isLevel && unitIdAt(table, table.rowUnit[row]) === unitId) return row;
  }
  return -1;
}

/** Each once: a batch may hold a case twice. */
export function caseNames({ index }: UnitTable, unit: number): string[] {
  return [...new Set(index.caseSets[index.units.caseSet[unit]])];
}
