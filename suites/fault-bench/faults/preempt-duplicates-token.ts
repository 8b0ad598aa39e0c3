/**
 * F45: a request that was preempted continues with its last token twice.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'preempt-duplicates-token';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  resumeTokens(prompt, produced) {
    if (produced.length === 0) return [...prompt];
    activation.hit();
    return [...prompt, ...produced, produced[produced.length - 1]];
  },
};
