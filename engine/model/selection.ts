/**
 * Selection of compressed entries from the indexer's scores: the best k, ties by rule, attended in index order or score order.
 *
 * The engine's rule: ties go to the lower index, attention runs in ascending index order. Other rules are what real stacks do:
 * `high` and `seeded` (a permutation that does not depend on the data, as in DeepSelect) decide ties otherwise; `score` order hands
 * the list to attention in descending score, as the official V4 code does, which changes the order of summation.
 * Source: specification section 8.2.
 * @module
 */
import { topK } from '../kernels/index.ts';
import type { TopK } from '../kernels/index.ts';

export interface SelectionPlace {
  readonly request: string;
  readonly position: number;
  readonly layer: number;
  /** Row in the step and in the request's part of it. */
  readonly row: number;
}

export interface EntrySelection {
  readonly name: string;
  /** Whether scores are needed even when all visible entries fit. */
  readonly alwaysScores: boolean;
  /** @param scores - f32, scores[0 .. count) */
  select(scores: Float32Array, count: number, k: number, place: SelectionPlace): TopK;
}

export const TIE_RULES = ['lower-index', 'higher-index', 'seeded'] as const;

export interface SelectionOption {
  readonly tieRule: (typeof TIE_RULES)[number];
  /** For `seeded`. */
  readonly seed: number;
  readonly order: 'index' | 'score';
}

export const DEFAULT_SELECTION: SelectionOption = { tieRule: 'lower-index', seed: 0, order: 'index' };

export function createSelection({ tieRule, seed, order }: SelectionOption): EntrySelection {
  const select = (scores: Float32Array, count: number, k: number): TopK => {
    if (tieRule !== 'seeded') return topK(scores, 0, count, k, tieRule);
    const visit = seededOrder(seed, count);
    const shuffled = Float32Array.from(visit, (i) => scores[i]);
    const { indices, tieAtBoundary } = topK(shuffled, 0, count, k, 'lower-index');
    return { indices: indices.map((i) => visit[i]).sort(), tieAtBoundary };
  };
  return {
    name: `ties ${tieRule}${tieRule === 'seeded' ? `(${seed})` : ''}, ${order} order`,
    alwaysScores: order === 'score',
    select(scores, count, k) {
      const best = select(scores, count, k);
      if (order === 'score') best.indices.sort((a, b) => scores[b] - scores[a] || a - b);
      return best;
    },
  };
}

/** A permutation of 0 .. count - 1 that depends on the seed alone: by a hash of (seed, index). */
function seededOrder(seed: number, count: number): Int32Array {
  const keys = Uint32Array.from({ length: count }, (_, i) => {
    let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed | 0, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
    return (h ^ (h >>> 13)) >>> 0;
  });
  return Int32Array.from(keys, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
}
