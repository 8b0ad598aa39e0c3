/**
 * F31: an entry becomes visible one token too late.
 * @module
 */
import { specifiedRules } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'compress-visibility-off1';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rules: {
    ...specifiedRules,
    visibleEntries(position, ratio) {
      if ((position + 1) % ratio === 0) activation.hit();
      return Math.floor(position / ratio);
    },
  },
};
