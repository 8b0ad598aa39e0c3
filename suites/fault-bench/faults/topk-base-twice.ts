/**
 * F29: from the second row of a step on, the offset of the selected entries is added twice.
 * @module
 */
import { createSelection } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'topk-base-twice';
export const activation = createActivation();

const right = createSelection({ tieRule: 'lower-index', seed: 0, order: 'index' });

export const parts: Partial<EngineParts> = {
  selection: {
    ...right,
    name: 'topk-base-twice',
    select(scores, count, k, place) {
      const chosen = right.select(scores, count, k, place);
      if (place.row === 0) return chosen;
      activation.hit();
      // what lies beyond the end wraps round, as an unchecked buffer would
      return { ...chosen, indices: chosen.indices.map((index) => (index + place.row) % count).sort() };
    },
  },
};
