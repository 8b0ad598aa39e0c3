/**
 * Tables in memory: `resident` reads its bytes directly; `host` has the same bytes behind a bounded cache of resident rows, as a
 * table in host memory behind a staging area of the device.
 * @module
 */
import { checkRow, contentVersion, decodeRow, rowBytes } from './memory-table.ts';
import type { MemoryTable, TableContent } from './memory-table.ts';
import { createTableCounters, RowCache } from './row-cache.ts';

export function residentTable(content: TableContent): MemoryTable {
  const { rows, dim, layout, bytes } = content;
  const size = rowBytes(content);
  const counters = createTableCounters();
  return {
    rows,
    dim,
    layout,
    placement: 'resident',
    version: contentVersion(content),
    counters,
    read(row, out, at) {
      checkRow(row, content);
      counters.reads++;
      decodeRow(content, bytes, row * size, out, at);
    },
    close: () => undefined,
  };
}

/** @param cacheRows - rows of the staging area */
export function hostTable(content: TableContent, cacheRows: number): MemoryTable {
  const { rows, dim, layout, bytes } = content;
  const size = rowBytes(content);
  const counters = createTableCounters();
  const cache = new RowCache(cacheRows, counters);
  return {
    rows,
    dim,
    layout,
    placement: 'host',
    version: contentVersion(content),
    counters,
    read(row, out, at) {
      checkRow(row, content);
      counters.reads++;
      const values = cache.get(row, () => {
        const loaded = new Float32Array(dim);
        decodeRow(content, bytes, row * size, loaded, 0);
        return loaded;
      });
      out.set(values, at);
    },
    close: () => undefined,
  };
}
