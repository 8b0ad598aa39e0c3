/**
 * Orders of the explorer's rows: each is a number per row, smallest first; equal numbers keep the order of the plan.
 * @module
 */
import type { UnitTable } from './unit-table.ts';

export const ROW_ORDERS = [
  { id: 'worst', name: 'worst first' },
  { id: 'plan', name: 'as planned' },
  { id: 'slowest', name: 'slowest first' },
  { id: 'earliest', name: 'earliest difference first' },
  { id: 'attempts', name: 'most attempts first' },
] as const;

export type RowOrder = (typeof ROW_ORDERS)[number]['id'];

const WORST_STATUS_FIRST = 'feinump';
const WORST_RESULT_FIRST = 'dxtkb-';
/** No key is larger: rows and keys share the 53 bits of a number. */
const KEY_MAX = 2 ** 30;

/** All rows in an order; a table is sorted once for each. */
const sortedRows = new WeakMap<UnitTable, Map<RowOrder, Uint32Array>>();

/** @returns rows that match, in order */
export function orderedRows(matching: Uint8Array, order: RowOrder, table: UnitTable): Uint32Array {
  const known = sortedRows.get(table) ?? new Map<RowOrder, Uint32Array>();
  sortedRows.set(table, known);
  const all = known.get(order) ?? sortRows(order, table);
  known.set(order, all);
  return all.filter((row) => matching[row] === 1);
}

function sortRows(order: RowOrder, table: UnitTable): Uint32Array {
  const { rowCount } = table;
  const keyOf = keyOfOrder(order, table);
  // a typed array sorts numbers without a comparison function, which is what makes 100,000 rows quick
  const keys = Float64Array.from({ length: rowCount }, (_, row) => keyOf(row) * rowCount + row).sort();
  return Uint32Array.from(keys, (key) => key % rowCount);
}

function keyOfOrder(order: RowOrder, { index, rowUnit, rowFirstDiff }: UnitTable): (row: number) => number {
  const { rows, units } = index;
  switch (order) {
    case 'worst':
      return (row) =>
        WORST_STATUS_FIRST.indexOf(rows.status[row]) * WORST_RESULT_FIRST.length +
        WORST_RESULT_FIRST.indexOf(rows.result[row]);
    case 'plan':
      return () => 0;
    case 'slowest':
      return (row) => KEY_MAX - Math.min(KEY_MAX, units.durationMs[rowUnit[row]]);
    case 'earliest':
      return (row) => (rowFirstDiff[row] < 0 ? KEY_MAX : rowFirstDiff[row]);
    case 'attempts':
      return (row) => KEY_MAX - Math.min(KEY_MAX, units.attempts[rowUnit[row]]);
  }
}
