/**
 * F16, L4: keys of the prefix cache keep few bits and tokens are not compared. Four bits here, because the bench has tens of
 * blocks where a server has millions.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'hash-truncated';
export const activation = createActivation();

const HEX_DIGITS = 1;

export const parts: Partial<EngineParts> = {
  prefixKey: {
    ...sha256PrefixKey,
    name: 'hash-truncated',
    verifyTokens: false,
    keyOf(parent, tokenIds, domain) {
      activation.hit();
      return sha256PrefixKey.keyOf(parent, tokenIds, domain).slice(0, HEX_DIGITS);
    },
  },
};
