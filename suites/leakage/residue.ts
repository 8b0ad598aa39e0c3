/**
 * Residue: what a target found of a request after its session was closed, from the counters of the levels.
 * @module
 */
import type { LeakageRow, LevelObservation } from '../../harness/schema/index.ts';

type Residue = NonNullable<LeakageRow['residue']>;

interface ResidueCount {
  add(level: Pick<LevelObservation, 'counters'>): void;
  /** Nothing where no level has looked for any. */
  row(): Pick<LeakageRow, 'residue'>;
}

export function countResidue(): ResidueCount {
  let total: Residue | null = null;
  return {
    add({ counters }) {
      // a target that did not look has none of these counters: absent, and not zero
      if (counters['residueBytes'] === undefined) return;
      const of = (name: string): number => counters[name] ?? 0;
      const { patterns = 0, foundBefore = 0, found = 0, bytes = 0 } = total ?? {};
      const { filesBefore = 0, filesReadable = 0, filesLeft = 0 } = total ?? {};
      total = {
        patterns: patterns + of('residuePatterns'),
        foundBefore: foundBefore + of('residueFoundBefore'),
        found: found + of('residueFound'),
        bytes: bytes + of('residueBytes'),
        filesBefore: filesBefore + of('residueFilesBefore'),
        filesReadable: filesReadable + of('residueFilesReadable'),
        filesLeft: filesLeft + of('residueFilesLeft'),
      };
    },
    row: () => (total === null ? {} : { residue: total }),
  };
}
