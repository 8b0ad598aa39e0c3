/**
 * F30: the indexer sums its dot products without the activation.
 * @module
 */
import { specifiedRules } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'indexer-no-relu';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rules: {
    ...specifiedRules,
    indexActivation(dot) {
      if (dot < 0) activation.hit();
      return dot;
    },
  },
};
