/**
 * Plain twin of the selection: sort everything.
 * @module
 */
import type { TieRule } from '../top-k.ts';

export function plainTopK(
  scores: readonly number[],
  k: number,
  tieRule: TieRule,
): { indices: number[]; tieAtBoundary: boolean } {
  const order = scores
    .map((score, index) => ({ score, index }))
    .sort((a, b) => b.score - a.score || (tieRule === 'lower-index' ? a.index - b.index : b.index - a.index));
  const selected = order.slice(0, k);
  return {
    indices: selected.map(({ index }) => index).sort((a, b) => a - b),
    tieAtBoundary: selected.length > 0 && k < order.length && order[k].score === order[k - 1].score,
  };
}
