/**
 * F24: the look-back of the conditional memory is not reset when a slot goes to its next request.
 * @module
 */
import { resetState } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'ngram-crosses-request';
export const activation = createActivation();


export const parts: Partial<EngineParts> = {
  stateReset(block) {
    activation.hit();
    const history = block.memory === null ? null : new Uint8Array(block.memory.stateBytes);
    if (history !== null) block.memory?.save(history);
    resetState(block);
    if (history !== null) block.memory?.restore(history);
  },
};
