/**
 * F10: the window is restored from the first saved state of the prefix, not from the one where the hit ends.
 * @module
 */
import { createWindowPolicy } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'restore-wrong-checkpoint';
export const activation = createActivation();

const RIGHT = createWindowPolicy({ kind: 'full' }, 1);

export const parts: Partial<EngineParts> = {
  windowPolicy: {
    ...RIGHT,
    start(hit, snapshots, geometry) {
      const first = snapshots[0];
      if (first === undefined || first === hit) return RIGHT.start(hit, snapshots, geometry);
      activation.hit();
      // everything from there on is taken as computed
      return { snapshotAt: first, from: hit };
    },
  },
};
