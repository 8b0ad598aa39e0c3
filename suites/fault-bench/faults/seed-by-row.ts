/**
 * F37: the slot of a request is mixed into its seed.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'seed-by-row';
export const activation = createActivation();

const { samplerRng } = specifiedParts();

export const parts: Partial<EngineParts> = {
  samplerRng(seed, index, place) {
    if (place.slot > 0) activation.hit();
    return samplerRng(seed ^ place.slot, index, place);
  },
};
