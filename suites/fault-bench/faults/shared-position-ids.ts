/**
 * F4: positions count the rows of the packed batch, so that a request behind others is turned further.
 * @module
 */
import { specifiedRules } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'shared-position-ids';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rules: {
    ...specifiedRules,
    ropePosition(_use, position, _row, sequence) {
      if (sequence.from > 0) activation.hit();
      return position + sequence.from;
    },
  },
};
