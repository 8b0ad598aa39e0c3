/**
 * F14: the eviction policy does not look at pins, so that a page that somebody reads may leave.
 * @module
 */
import { createEvictionPolicy } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'evict-pinned';
export const activation = createActivation();

const RIGHT = createEvictionPolicy('lru');

export const parts: Partial<EngineParts> = {
  evictionPolicy: {
    ...RIGHT,
    victim(candidates) {
      const all = [...candidates];
      const victim = all.filter(({ moving }) => !moving).sort((a, b) => a.lastUse - b.lastUse || a.born - b.born)[0];
      if (victim !== undefined && victim.pins > 0) activation.hit();
      return victim ?? null;
    },
    mayLeave: () => true,
  },
};
