/**
 * F17: keys of the prefix cache leave the salt out.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'salt-ignored';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  prefixKey: {
    ...sha256PrefixKey,
    name: 'salt-ignored',
    keyOf(parent, tokenIds, domain) {
      if (domain.salt !== '') activation.hit();
      return sha256PrefixKey.keyOf(parent, tokenIds, { ...domain, salt: '' });
    },
  },
};
