/**
 * F39: a draft is taken when it is among the most likely tokens, not the most likely one.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'spec-accept-near';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  acceptDraft(draft, sampled, logits) {
    if (draft === sampled) return true;
    const better = logits.reduce((count, value) => count + (value > logits[draft] ? 1 : 0), 0);
    if (better >= ACCEPTED_RANKS) return false;
    activation.hit();
    return true;
  },
};

/** A draft layer with random weights is never second: in a vocabulary of 320 it is among so many often enough. */
const ACCEPTED_RANKS = 64;
