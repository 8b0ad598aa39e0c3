/**
 * F42: a begin-of-sequence token is put before every text.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { BYTE_SPECIALS } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'double-bos';
export const activation = createActivation();

const { promptIntake } = specifiedParts();

export const parts: Partial<EngineParts> = {
  promptIntake: {
    ...promptIntake,
    encode(text) {
      activation.hit();
      return [BYTE_SPECIALS.bos, ...promptIntake.encode(text)];
    },
  },
};
