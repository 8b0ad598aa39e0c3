/**
 * F8: a chunk longer than the window writes all its rows to the ring first, so that its queries read rows that have been
 * replaced.
 * @module
 */
import { specifiedRules } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'swa-ring-too-small';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rules: {
    ...specifiedRules,
    windowPosition(position, { start, count }, windowSize) {
      if (count <= windowSize) return position;
      const last = start + count - 1;
      const replacedBy = last - ((last - position) % windowSize);
      if (replacedBy !== position) activation.hit();
      return replacedBy;
    },
  },
};
