/**
 * L1: a state slot goes to its next request with the compressors' tails of the request before.
 *
 * The first compressed entry of an overlapping compressor (ratio 4) pools "the window before the first window"; without the reset
 * that is the last window of another request, so its content reaches this request's logits. Everything else is reset.
 * Family: stale per-slot state (specification of defects, class F). Expected: cross-request, axis `prior-content`.
 * @module
 */
import { resetPositions } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'compressor-state-not-reset';

export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  stateReset(block) {
    if (block.length > 0) activation.hit();
    resetPositions(block);
  },
};
