/**
 * F1: a product is cut in four along its inputs when the step has more than four rows, so that its sums are rounded otherwise
 * in a batch.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'splitk-by-batch';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  mhcReduction: {
    name: 'splitk-by-batch',
    kBlock(tokens, k) {
      if (tokens <= SMALL_BATCH) return k;
      activation.hit();
      return Math.ceil(k / SPLITS);
    },
  },
};

const SMALL_BATCH = 4;
const SPLITS = 4;
