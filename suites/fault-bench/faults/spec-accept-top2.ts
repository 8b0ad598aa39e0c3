/**
 * F39: a draft is taken when it is one of the two most likely tokens.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'spec-accept-top2';
export const activation = createActivation();


export const parts: Partial<EngineParts> = {
  acceptDraft(draft, sampled, logits) {
    if (draft === sampled) return true;
    const better = logits.reduce((count, value) => count + (value > logits[draft] ? 1 : 0), 0);
    if (better > 1) return false;
    activation.hit();
    return true;
  },
};
