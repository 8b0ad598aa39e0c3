/**
 * F7: a chunk sees the entries of the whole prompt, also those that no chunk has made yet.
 * @module
 */
import { specifiedRules } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'chunk-klen-full';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rules: {
    ...specifiedRules,
    visibleEntries(position, ratio, sequence) {
      const right = specifiedRules.visibleEntries(position, ratio, sequence);
      const wrong = Math.floor(sequence.promptLength / ratio);
      if (sequence.decode || wrong <= right) return right;
      activation.hit();
      return wrong;
    },
  },
};
