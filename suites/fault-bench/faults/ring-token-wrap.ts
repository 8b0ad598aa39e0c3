/**
 * F21: the ring in which sampled tokens wait for the next step has half as many places as there are slots.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'ring-token-wrap';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  futureTokens(slots) {
    const places = Math.max(1, Math.floor(slots / 2));
    const ring = new Int32Array(places);
    return {
      put(slot, token) {
        if (slot >= places) activation.hit();
        ring[slot % places] = token;
        return slot % places;
      },
      take: (place) => ring[place],
    };
  },
};
