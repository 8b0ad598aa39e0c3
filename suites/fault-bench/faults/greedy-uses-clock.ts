/**
 * F38: what becomes of a draft that the model does not agree with depends on a clock. The clock here counts verifications, so
 * that a run can be repeated.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'greedy-uses-clock';
let ticks = 0;

export const activation = createActivation(() => {
  ticks = 0;
});

export const parts: Partial<EngineParts> = {
  acceptDraft(draft, sampled) {
    if (draft === sampled) return true;
    activation.hit();
    return ++ticks % 2 === 0;
  },
};
