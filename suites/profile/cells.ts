/**
 * The cells of a profile, and the order in which they are visited.
 *
 * Each round visits every cell once. Over as many rounds as there are cells (twice as many for an odd number) every cell stands once
 * at every place of a round and once behind every other cell: a Williams square, with cells and rounds in drawn order. Fewer rounds are
 * a part of it, in which no cell has a place twice. A machine that gets slower meanwhile, or a cell that leaves caches cold, then
 * touches all cells alike.
 * Source: E. J. Williams, Experimental designs balanced for the estimation of residual effects of treatments (1949).
 * @module
 */
import type { ProfileCell, ProfileSettings, Rng } from '../../harness/schema/index.ts';

/** In the order of the settings; the context length changes fastest, as the reader's curves do. */
export function profileCells({ contextLengths, precisions, batches, tiers }: ProfileSettings): ProfileCell[] {
  return precisions.flatMap((precision) =>
    batches.flatMap((batch) =>
      tiers.flatMap((tier) =>
        contextLengths
          .toSorted((a, b) => a - b)
          .map((contextLength) => ({
            id: `${precision}-b${batch}-${tier}-c${contextLength}`,
            contextLength,
            precision,
            batch,
            tier,
          })),
      ),
    ),
  );
}

/** For each round the cells in order. @param rounds - warm-up rounds included */
export function visitOrder<Cell>(cells: readonly Cell[], rounds: number, rng: Rng): Cell[][] {
  const order: Cell[][] = [];
  for (let square = 0; order.length < rounds; square++) {
    const own = rng.fork(`square-${square}`);
    const named = own.fork('cells').shuffle(cells);
    const rows = own.fork('rounds').shuffle(williamsRows(cells.length));
    order.push(...rows.map((row) => row.map((index) => named[index])));
  }
  return order.slice(0, rounds);
}

/** Each row a permutation of 0 .. n - 1; n rows, or 2n for an odd n, where one square cannot be balanced. */
function williamsRows(n: number): number[][] {
  // 0, 1, n-1, 2, n-2, ...: all differences between neighbours are different
  const first = Array.from({ length: n }, (_, place) => (place % 2 === 1 ? (place + 1) / 2 : (n - place / 2) % n));
  const rows = Array.from({ length: n }, (_, shift) => first.map((index) => (index + shift) % n));
  return n % 2 === 0 ? rows : [...rows, ...rows.map((row) => row.toReversed())];
}
