/**
 * F44: log-probabilities of a verified step are read one row too early.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'logprob-offset';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  logprobRow(row) {
    if (row === 0) return row;
    activation.hit();
    return row - 1;
  },
};
