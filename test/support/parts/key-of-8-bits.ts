/** Keys of the prefix cache that are 8 bits long, believed without a look at the tokens. @module */
import { sha256PrefixKey, type PrefixKey } from '../../../engine/index.ts';

export const name = 'key-of-8-bits';
const prefixKey: PrefixKey = {
  name,
  verifyTokens: false,
  keyOf: (parent, tokenIds, domain) => sha256PrefixKey.keyOf(parent, tokenIds, domain).slice(0, 2),
};
export const parts = { prefixKey };
