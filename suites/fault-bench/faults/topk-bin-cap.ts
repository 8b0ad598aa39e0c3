/**
 * F28: at most one selected entry per bin of scores is kept; the others of the bin are lost.
 * @module
 */
import { createSelection } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'topk-bin-cap';
export const activation = createActivation();

const right = createSelection({ tieRule: 'lower-index', seed: 0, order: 'index' });
const BINS_PER_UNIT = 8;

export const parts: Partial<EngineParts> = {
  selection: {
    ...right,
    name: 'topk-bin-cap',
    select(scores, count, k, place) {
      const chosen = right.select(scores, count, k, place);
      const bins = new Set<number>();
      const indices = chosen.indices.filter((index) => {
        const bin = Math.floor(scores[index] * BINS_PER_UNIT);
        if (bins.has(bin)) return false;
        bins.add(bin);
        return true;
      });
      if (indices.length < chosen.indices.length) activation.hit();
      return { ...chosen, indices };
    },
  },
};
