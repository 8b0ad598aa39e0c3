/** Memory tables and where they lie. @module */
export { openDiskTable, openOrWriteTable, MemoryTableError, writeMemoryTable } from './disk-table.ts';
export { contentVersion, f32Content, fp8Content } from './memory-table.ts';
export type { MemoryTable, TableContent, TableCounters, TableShape } from './memory-table.ts';
export { hostTable, residentTable } from './placed-tables.ts';
