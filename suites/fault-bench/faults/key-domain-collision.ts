/**
 * F18, L14: adapter and salt are joined without a border, so that an adapter named like a salt has its keys.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'key-domain-collision';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  prefixKey: {
    ...sha256PrefixKey,
    name: 'key-domain-collision',
    keyOf(parent, tokenIds, domain) {
      if (domain.adapter !== '') activation.hit();
      return sha256PrefixKey.keyOf(parent, tokenIds, {
        ...domain,
        salt: `${domain.salt}${domain.adapter}`,
        adapter: '',
      });
    },
  },
};
