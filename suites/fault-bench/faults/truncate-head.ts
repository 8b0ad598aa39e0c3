/**
 * F41: of a prompt that is to be cut, half of the tokens that were asked for is kept: the head is lost.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'truncate-head';
export const activation = createActivation();

const { promptIntake } = specifiedParts();

export const parts: Partial<EngineParts> = {
  promptIntake: {
    ...promptIntake,
    truncate(tokenIds, limit) {
      activation.hit();
      return promptIntake.truncate(tokenIds, Math.ceil(limit / 2));
    },
  },
};
