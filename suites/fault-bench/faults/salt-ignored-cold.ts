/**
 * L2: the cold tier that outlives sessions looks blocks up without the salt; every other tier has it.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'salt-ignored-cold';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  coldPrefixKey: {
    ...sha256PrefixKey,
    name: 'salt-ignored-cold',
    keyOf(parent, tokenIds, domain) {
      activation.hit();
      return sha256PrefixKey.keyOf(parent, tokenIds, { ...domain, salt: '' });
    },
  },
};
