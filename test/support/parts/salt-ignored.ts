/** Keys of the prefix cache that leave the salt out. @module */
import { sha256PrefixKey, type PrefixKey } from '../../../engine/index.ts';

export const name = 'salt-ignored';
const prefixKey: PrefixKey = {
  ...sha256PrefixKey,
  keyOf: (parent, tokenIds, domain) => sha256PrefixKey.keyOf(parent, tokenIds, { ...domain, salt: '' }),
};
export const parts = { prefixKey };
