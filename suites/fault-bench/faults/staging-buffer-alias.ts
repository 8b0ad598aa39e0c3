/**
 * F15: all copies between tiers share one staging buffer; the second read replaces the bytes of the first.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'staging-buffer-alias';
let staging: Uint8Array | null = null;

export const activation = createActivation(() => {
  staging = null;
});

export const parts: Partial<EngineParts> = {
  tierTransport: {
    name: 'staging-buffer-alias',
    begin({ copy, label, read, finish }, scheduler) {
      scheduler.start({ copy, phase: 'read', label }, () => {
        const bytes = read();
        if (bytes !== null && staging?.length === bytes.length) {
          activation.hit();
          staging.set(bytes);
        } else staging = bytes?.slice() ?? null;
        const staged = bytes === null ? null : staging;
        scheduler.start({ copy, phase: 'write', label }, () => finish(staged?.slice() ?? null));
      });
    },
  },
};
