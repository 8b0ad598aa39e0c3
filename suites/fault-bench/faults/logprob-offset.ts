/**
 * F44: log-probabilities are read at a row that is off by the tokens that came from the cache.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'logprob-offset';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  logprobRow(row, reusedTokens) {
    if (reusedTokens > 0) activation.hit();
    return row + reusedTokens;
  },
};
