/**
 * F5: attention is cut at the middle of its key blocks as soon as a second request decodes in the same step.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'splitkv-by-batch';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  splitPolicy: {
    name: 'splitkv-by-batch',
    cuts(requests, keyBlock) {
      return requests.map(({ window, compressed }) => {
        const blocks = Math.ceil((window + compressed) / keyBlock);
        if (requests.length === 1 || blocks < 2) return [];
        activation.hit();
        return [Math.floor(blocks / 2)];
      });
    },
  },
};
