/**
 * Delta debugging: a part of a failing list that still fails and is 1-minimal, that is: without any single one of its elements it
 * passes. Nothing is assumed of the test but that equal lists give equal answers; it need not be monotone.
 *
 * At most n² + 3n tests in the worst case, about 2 log2(n) when one element alone is to blame. The order of the elements is kept, and
 * tests are made in a fixed order, so that equal tests give equal results.
 * Source: Zeller and Hildebrandt, Simplifying and isolating failure-inducing input (2002), algorithm ddmin.
 * @module
 */

export type Fails<T> = (elements: readonly T[]) => Promise<boolean>;

/** @param elements - known to fail; that is not tested again */
export async function ddmin<T>(elements: readonly T[], fails: Fails<T>): Promise<readonly T[]> {
  // an empty list is no result of the halving below
  if (elements.length === 0 || (await fails([]))) return [];
  let current = elements;
  let pieces = 2;
  while (current.length > 1) {
    const cuts = cut(current, pieces);
    const smaller = await firstFailing(cuts, fails);
    if (smaller !== null) {
      [current, pieces] = [smaller, 2];
      continue;
    }
    // two halves are each other's complement: tested already
    const rest = pieces === 2 ? null : await firstFailing(complements(cuts), fails);
    if (rest !== null) {
      [current, pieces] = [rest, Math.max(pieces - 1, 2)];
      continue;
    }
    // every single element was left out, and all passed
    if (pieces >= current.length) break;
    pieces = Math.min(current.length, 2 * pieces);
  }
  return current;
}

async function firstFailing<T>(lists: readonly (readonly T[])[], fails: Fails<T>): Promise<readonly T[] | null> {
  for (const list of lists) if (await fails(list)) return list;
  return null;
}

/** Into `pieces` lists whose lengths differ by one at most. */
function cut<T>(list: readonly T[], pieces: number): T[][] {
  return Array.from({ length: pieces }, (_, piece) =>
    list.slice(Math.floor((piece * list.length) / pieces), Math.floor(((piece + 1) * list.length) / pieces)),
  );
}

function complements<T>(cuts: readonly (readonly T[])[]): T[][] {
  return cuts.map((_, left) => cuts.flatMap((piece, index) => (index === left ? [] : piece)));
}
