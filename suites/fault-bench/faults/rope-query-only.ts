/**
 * F32: a shift of positions turns the queries and not the keys.
 * @module
 */
import { specifiedRules } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'rope-query-only';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rules: {
    ...specifiedRules,
    ropePosition(use, position) {
      if (use !== 'query') return position;
      activation.hit();
      return position + SHIFT;
    },
  },
};

const SHIFT = 3;
