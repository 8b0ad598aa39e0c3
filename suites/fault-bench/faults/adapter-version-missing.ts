/**
 * F23: keys of the prefix cache leave the adapter out, name and version alike.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'adapter-version-missing';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  prefixKey: {
    ...sha256PrefixKey,
    name: 'adapter-version-missing',
    keyOf(parent, tokenIds, domain) {
      if (domain.adapter !== '') activation.hit();
      return sha256PrefixKey.keyOf(parent, tokenIds, { ...domain, adapter: '' });
    },
  },
};
