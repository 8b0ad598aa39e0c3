/** Tables that a run can be exported as. @module */
import { caseTable, checkTable, divergenceTable, findingTable } from './finding-tables.ts';
import { observationTable, tokenTable } from './request-tables.ts';
import { counterTable, levelTable, unitTable } from './run-tables.ts';
import type { DeclaredTable } from './table.ts';

/** A new table is one line here. */
export const exportTables: readonly DeclaredTable[] = [
  observationTable,
  findingTable,
  levelTable,
  unitTable,
  counterTable,
  tokenTable,
  caseTable,
  divergenceTable,
  checkTable,
];

export { measuresOf, type Measure, type MeasureReport } from './measures.ts';
export { exportMetricIds } from './metrics.ts';
export { exportPage } from './page.ts';
export type { Column, Value } from './column.ts';
export type { ExportSource, Table } from './table.ts';
