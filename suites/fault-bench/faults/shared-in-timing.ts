/**
 * L12: a prefix is shared over salts, and nobody is told: values are right, counts are zero, and the first token comes sooner.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'shared-in-timing';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  prefixKey: {
    ...sha256PrefixKey,
    name: 'shared-in-timing',
    keyOf: (parent, tokenIds, domain) => sha256PrefixKey.keyOf(parent, tokenIds, { ...domain, salt: '' }),
  },
  cachedTokensTold(reusedTokens) {
    if (reusedTokens > 0) activation.hit();
    return 0;
  },
};
