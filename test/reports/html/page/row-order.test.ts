import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { orderedRows, ROW_ORDERS } from '../../../../reports/html/page/row-order.ts';
import { unitTableOf } from '../../../../reports/html/page/unit-table.ts';
import type { UnitIndex } from '../../../../reports/unit-index.ts';
import { packExplorerRun } from '../../../support/explorer-run.ts';

const packed = packExplorerRun(300).index;
const table = unitTableOf(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as UnitIndex);
const everyRow = new Uint8Array(table.rowCount).fill(1);
const isAscending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || values[i - 1] <= value);

describe('an order of rows', () => {
  it.each(ROW_ORDERS.map(({ id }) => id))('%s holds each row that matches once, and no other', (order) => {
    const half = everyRow.map((_, row) => row % 2);
    const rows = [...orderedRows(half, order, table)];
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.length).toBe(half.reduce((total, one) => total + one, 0));
    expect(rows.every((row) => row % 2 === 1)).toBe(true);
  });

  it('begins with failures, then errors, and ends with passes', () => {
    const letters = [...orderedRows(everyRow, 'worst', table)].map((row) => table.index.rows.status[row]).join('');
    expect(letters).toMatch(/^f+e+n+u+m+p+$/);
  });

  it('keeps the plan where rows are equal', () => {
    expect(isAscending([...orderedRows(everyRow, 'plan', table)])).toBe(true);
    const passes = [...orderedRows(everyRow, 'worst', table)].filter((row) => table.index.rows.status[row] === 'p');
    expect(isAscending(passes)).toBe(true);
  });

  it('begins with the slowest, with the earliest difference, with the most attempts', () => {
    const { units } = table.index;
    const by = (order: 'slowest' | 'earliest' | 'attempts'): number[] => [...orderedRows(everyRow, order, table)];
    expect(isAscending(by('slowest').map((row) => -units.durationMs[table.rowUnit[row]]))).toBe(true);
    expect(isAscending(by('attempts').map((row) => -units.attempts[table.rowUnit[row]]))).toBe(true);
    const first = by('earliest').map((row) => table.rowFirstDiff[row]);
    expect(first[0]).toBe(2);
    // rows without a difference come last
    expect(first.lastIndexOf(2)).toBeLessThan(first.indexOf(-1));
  });
});
