/**
 * Puts a memory's tables where they are wanted.
 * @module
 */
import { contentVersion, hostTable, openOrWriteTable, residentTable } from './tables/index.ts';
import type { MemoryTable, TableContent } from './tables/index.ts';

export type MemoryPlacement =
  | { readonly kind: 'resident' }
  /** Rows kept in the resident staging area. */
  | { readonly kind: 'host'; readonly cacheRows: number }
  /** A folder for the table files, named by their content; rows kept in memory. */
  | { readonly kind: 'disk'; readonly directory: string; readonly cacheRows: number };

export function placeTables(contents: readonly TableContent[], placement: MemoryPlacement): MemoryTable[] {
  return contents.map((content) => {
    switch (placement.kind) {
      case 'resident':
        return residentTable(content);
      case 'host':
        return hostTable(content, placement.cacheRows);
      case 'disk':
        return openOrWriteTable(placement.directory, contentVersion(content), content, placement.cacheRows);
    }
  });
}
