/**
 * F36: all requests of a batch draw from one generator, in the order in which they come.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'seed-shared';
let draws = 0;

export const activation = createActivation(() => {
  draws = 0;
});

const { samplerRng, samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  samplerRng(seed, _index, place) {
    activation.hit();
    return samplerRng(seed, draws++, place);
  },
  // made once per session: the generator starts with the server
  samplingRows() {
    draws = 0;
    return samplingRows();
  },
};
