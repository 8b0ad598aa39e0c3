/**
 * F19: keys of the prefix cache hang on a number that each process draws for itself; here each session is one.
 * @module
 */
import { sha256PrefixKey } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'process-random-hash';

// a counter instead of chance: other in every session, and the same in every run of the bench
let session = 0;

export const activation = createActivation(() => {
  session = 0;
});

const { samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  prefixKey: {
    ...sha256PrefixKey,
    name: 'process-random-hash',
    keyOf(parent, tokenIds, domain) {
      activation.hit();
      return sha256PrefixKey.keyOf(parent, tokenIds, { ...domain, engine: `${domain.engine}${session}` });
    },
  },
  samplingRows() {
    session++;
    return samplingRows();
  },
};
