/**
 * F20: the token mask of a slot stays when its request leaves, and holds for the next one.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'slot-mask-not-cleared';
const masks = new Map<number, readonly number[]>();

export const activation = createActivation(() => masks.clear());

export const parts: Partial<EngineParts> = {
  samplingRows() {
    masks.clear();
    const right = specifiedParts().samplingRows();
    return {
      place(slot, allowed) {
        if (allowed !== null) masks.set(slot, allowed);
        else if (masks.has(slot)) activation.hit();
        right.place(slot, masks.get(slot) ?? null);
      },
      clear: right.clear,
      masked: right.masked,
    };
  },
};
