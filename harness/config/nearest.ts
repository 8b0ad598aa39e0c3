/**
 * The known name that a mistyped one was probably meant to be.
 * @module
 */

/**
 * The closest name by edit distance (insert, delete, replace, swap of neighbours), case ignored; the first of equals wins.
 *
 * @returns null when none is close: more than a third of the longer name would have to change
 */
export function nearestName(typed: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestEdits = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const edits = editDistance(typed.toLowerCase(), name.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(typed.length, name.length) / 3));
    if (edits <= allowed && edits < bestEdits) {
      best = name;
      bestEdits = edits;
    }
  }
  return best;
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let rowBeforeLast: number[] = [];
  let lastRow = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = lastRow[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, lastRow[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], rowBeforeLast[j - 2] + 1);
    }
    rowBeforeLast = lastRow;
    lastRow = row;
  }
  return lastRow[b.length];
}
