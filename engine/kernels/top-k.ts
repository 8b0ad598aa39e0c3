/**
 * Top-k with a total order: score descending, then index by the tie rule. The selected indices come back ascending,
 * because attention runs over them in that order (the engine's rule; specification section 8.2).
 * @module
 */

/** Which index wins among equal scores at the boundary. */
export type TieRule = 'lower-index' | 'higher-index';

export interface TopK {
  /** Ascending. */
  readonly indices: Int32Array;
  /** True when the last selected and the first rejected score are equal: the tie rule decided. */
  readonly tieAtBoundary: boolean;
}

/**
 * @param scores - f32; scores[from .. from + count) are ranked; no NaN
 * @param k - how many to keep (all, if count is smaller)
 */
export function topK(scores: Float32Array, from: number, count: number, k: number, tieRule: TieRule): TopK {
  const keep = Math.min(k, count);
  const best = new Int32Array(keep);
  let held = 0;
  let rejectedMax = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < count; step++) {
    // visiting in the order of the rule makes "first seen wins" the tie rule
    const index = tieRule === 'lower-index' ? step : count - 1 - step;
    const score = scores[from + index];
    let at = held;
    while (at > 0 && score > scores[from + best[at - 1]]) at--;
    if (at >= keep) {
      if (score > rejectedMax) rejectedMax = score;
      continue;
    }
    if (held === keep) {
      const dropped = scores[from + best[keep - 1]];
      if (dropped > rejectedMax) rejectedMax = dropped;
    } else held++;
    best.copyWithin(at + 1, at, held - 1);
    best[at] = index;
  }
  const tieAtBoundary = keep > 0 && keep < count && rejectedMax === scores[from + best[keep - 1]];
  return { indices: best.sort(), tieAtBoundary };
}
