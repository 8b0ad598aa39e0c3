/**
 * F27: ties at the border of the selection go to the higher index in odd rows of a step.
 * @module
 */
import { createSelection } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'topk-tie-arrival';
export const activation = createActivation();

const lower = createSelection({ tieRule: 'lower-index', seed: 0, order: 'index' });
const higher = createSelection({ tieRule: 'higher-index', seed: 0, order: 'index' });

export const parts: Partial<EngineParts> = {
  selection: {
    ...lower,
    name: 'topk-tie-arrival',
    select(scores, count, k, place) {
      const chosen = lower.select(scores, count, k, place);
      if (!chosen.tieAtBoundary || place.row % 2 === 0) return chosen;
      activation.hit();
      return higher.select(scores, count, k, place);
    },
  },
};
