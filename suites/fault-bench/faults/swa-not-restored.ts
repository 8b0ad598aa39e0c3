/**
 * F9: behind a prefix hit the sliding window is not restored; its rows are taken as not there.
 * @module
 */
import { createWindowPolicy } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'swa-not-restored';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  windowPolicy: {
    ...createWindowPolicy({ kind: 'full' }, 1),
    start(hit) {
      activation.hit();
      return { snapshotAt: null, from: hit };
    },
  },
};
